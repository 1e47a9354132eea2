import type { Fault } from '../../../infra/local/sandbox/faults.ts';
import { SANDBOX_OF } from '../../../infra/local/sandbox/index.ts';

/** The name of the fault in the sandbox's record. */
export const OUTAGE = 'outage';

/** What a provider answers to a key that it does not know; in an outage it answers so to every key. @throws where there is none of that name */
export const unknownKeyAt = (stage: string): Fault => {
  const found = Object.entries(SANDBOX_OF).find(([name]) => name === stage);
  if (found === undefined) throw new Error(`Cannot play an outage of ${stage}: it must be a provider's name`);
  return found[1].cast.unknownKey;
};
