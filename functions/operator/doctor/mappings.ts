import { laneIn, lanesIn } from '../../core/request/deployment-card.ts';
import type { Deployed } from '../deployment/connect.ts';
import { mappingState } from '../requests/mapping.ts';
import { type Diagnosis, orNote } from './finding.ts';

const TAKES = 'Enabled';
/** What a mapping passes through on its way there. */
const ON_THE_WAY: readonly string[] = ['Creating', 'Enabling', 'Updating'];

/** One mapping that does not take messages; `undefined`: it does. */
const trouble = (lane: string, state: string): { verdict: 'note' | 'wrong'; text: string } | undefined => {
  if (state === TAKES) return undefined;
  if (ON_THE_WAY.includes(state)) return { verdict: 'note', text: `The mapping of ${lane} is still ${state}` };
  const text = `The mapping of ${lane} is ${state || 'in no known state'}, though nothing is paused: no message of this queue is taken. Run key-revoker resume`;
  return { verdict: 'wrong', text };
};

/** Whether the functions take messages from the queue of every lane. */
export const mappingsFinding = async (deployed: Deployed): Promise<Diagnosis> =>
  orNote(async () => {
    const { card } = deployed;
    const states = await Promise.all(
      lanesIn(card).map(
        async (lane) => [lane, await mappingState(deployed, laneIn(card, lane).eventSourceMappingId)] as const,
      ),
    );
    const found = states.flatMap(([lane, state]) => trouble(lane, state) ?? []);
    const worst = (['wrong', 'note'] as const).find((verdict) => found.some((each) => each.verdict === verdict));
    return { verdict: worst ?? 'well', says: found.map(({ text }) => text) };
  });
