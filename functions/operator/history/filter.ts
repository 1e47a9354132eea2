import { isKey } from '../deployment/key-name.ts';
import type { HistoryEntry } from './entry.ts';

/** What a user asks for. */
export interface Filter {
  readonly reference?: string | undefined;
  /** An identifier, with or without `provider/realm/` before it, or its short form. */
  readonly key?: string | undefined;
  /** `stuck`, or `stuck/limit`. */
  readonly outcome?: string | undefined;
  readonly provider?: string | undefined;
}

/** Whether an entry is one of those that a user asks for. */
export const fits = ({ reference, key, outcome, provider, found }: HistoryEntry, wanted: Filter): boolean => {
  const words = [outcome, outcome.split('/')[0], found?.outcome, found?.outcome.split('/')[0]];
  return (
    (wanted.reference === undefined || reference === wanted.reference) &&
    (wanted.key === undefined || isKey(key, wanted.key)) &&
    (wanted.outcome === undefined || words.includes(wanted.outcome)) &&
    (wanted.provider === undefined || provider === wanted.provider)
  );
};
