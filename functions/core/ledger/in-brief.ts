import type { EpochMs } from '../epoch.ts';
import type { Ledger, Listed, Ports, Versioned } from '../ports.ts';
import { allOver } from '../some-at-once.ts';
import { BY_STATE } from './keys.ts';
import { type BY_STATE_2, type Kind, listsOf, storedState } from './lists.ts';

/** The index that readers use. */
export type Index = typeof BY_STATE | typeof BY_STATE_2;

/** The pages of several listings. The next page of each is read at the same time. */
async function* together<T>(listings: readonly AsyncIterable<T>[]): AsyncGenerator<T> {
  let open = listings.map((listing) => listing[Symbol.asyncIterator]());
  while (open.length > 0) {
    const results = await allOver(open.map((pages) => pages.next()));
    open = open.filter((_, n) => !results[n]?.done);
    for (const result of results) if (!result.done) yield result.value;
  }
}

type Stated = Versioned & { readonly state?: unknown };

/** One entry of a listing. An item may be one that nothing can be read of, so each is read where a failure stops no other. */
export interface Entry<T> {
  /** Tells people which item it is. */
  readonly name: string;
  /** What it says as it stands; `undefined` if its item is in another state by now. */
  read(): Promise<T | undefined>;
}

/** An entry whose brief cannot be read is read from its item. */
const entryOf = <T>(ledger: Ledger, { briefOf, read }: Kind<T>, state: string, listed: Listed): Entry<T> => ({
  name: listed.pk,
  read: async () => {
    if (listed.state !== storedState(state)) return undefined;
    const brief = read(listed.brief, '', () => undefined) as T | undefined;
    if (brief !== undefined) return brief;
    const item = await ledger.read<Stated>({ pk: listed.pk, sk: listed.sk });
    return item && item.state === storedState(state) ? briefOf(item as never) : undefined;
  },
});

/**
 * What is in a state between two instants, page by page. May lag behind the writes. From the new index it comes list by list, and so
 * not in order.
 *
 * @param index `by-state` for as long as an item may be missing in the other one
 * @throws Unavailable if the ledger does not answer
 */
export async function* inBrief<T>(
  { ledger }: Pick<Ports, 'ledger'>,
  index: Index,
  kind: Kind<T>,
  state: string,
  since: EpochMs,
  until: EpochMs,
): AsyncGenerator<readonly Entry<T>[]> {
  if (index === BY_STATE)
    for await (const page of ledger.inState<never>(state, since, until))
      yield page.map((item) => ({ name: kind.nameOf(item), read: async () => kind.briefOf(item) }));
  else
    for await (const page of together(listsOf(state).map((list) => ledger.listed(list, since, until))))
      yield page.map((listed) => entryOf(ledger, kind, state, listed));
}
