import type { Deployed } from '../deployment/connect.ts';
import type { Diagnosis } from './finding.ts';

const SILENT =
  'The alarms reach no one: this deployment has no alarm action. Give the construct alarmActions, or the app the ARN of a topic in alarmTopics';

const URGENT_ONLY =
  'Only urgent alarms reach anyone: this deployment has no action for the others. Give the construct alarmActions, or the app the ARN of a topic in alarmTopics';

/**
 * Whether the alarms were deployed with an action. What was switched off in the console since does not show.
 *
 * @returns undefined for a deployment that does not tell
 */
export const alarmsFinding = ({ card }: Pick<Deployed, 'card'>): Diagnosis | undefined => {
  const { alarmActions, urgentAlarmActions = 0 } = card;
  if (alarmActions === undefined) return undefined;
  if (alarmActions > 0) return { verdict: 'well', says: [] };
  return { verdict: 'note', says: [urgentAlarmActions > 0 ? URGENT_ONLY : SILENT] };
};
