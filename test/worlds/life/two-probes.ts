import { isAbsent, isPresent } from '../../../functions/core/answer.ts';
import type { Heard } from './stage.ts';

/** The gap between two probes that agree. */
const GAP_MS = 2_000;

/**
 * When release 0.1.0 would have said that the key is dead, from the same readings: two absences of a key that the same question had seen,
 * 2 s apart, and no sighting between them. What the call was answered did not matter.
 */
export const wordOfTwoProbes = (heard: readonly Heard[]): number | undefined => {
  const seen = new Set<string>();
  let since: number | undefined;
  for (const { at, questionId, saw } of heard) {
    if (isPresent({ saw, code: '' })) {
      seen.add(questionId);
      since = undefined;
    }
    if (!isAbsent({ saw }) || !seen.has(questionId)) continue;
    since ??= at;
    if (at - since >= GAP_MS) return at;
  }
  return undefined;
};
