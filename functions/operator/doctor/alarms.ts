import type { Deployed } from '../deployment/connect.ts';
import type { Diagnosis } from './finding.ts';

const SILENT =
  'The alarms reach no one: this deployment has no alarm action. Give the construct alarmActions, or the app the ARN of a topic in alarmTopics';

/**
 * Whether the alarms were deployed with an action. What was switched off in the console since does not show.
 *
 * @returns undefined for a deployment that does not tell
 */
export const alarmsFinding = ({ card: { alarmActions } }: Pick<Deployed, 'card'>): Diagnosis | undefined => {
  if (alarmActions === undefined) return undefined;
  return alarmActions === 0 ? { verdict: 'note', says: [SILENT] } : { verdict: 'well', says: [] };
};
