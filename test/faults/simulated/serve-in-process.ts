import { createFaults } from '../../../infra/local/sandbox/faults.ts';
import type { KeyStore } from '../../../infra/local/sandbox/key-store.ts';
import { type Counter, openCounter } from '../../../infra/local/sandbox/open-counter.ts';
import type { ProviderSide, StoredKey, View } from '../../../infra/local/sandbox/provider-side.ts';
import type { Sandbox, SandboxOptions } from '../../../infra/local/sandbox/serve-provider.ts';

/** A sandbox without its socket. */
export interface InProcess extends Sandbox {
  readonly receive: Counter['receive'];
  /** Sequence numbers of the exchanges that handed out the rows of a list. */
  readonly listings: ReadonlySet<number>;
  readonly worldOf: (host: string) => string;
  /** Every key that was put in, of every world. */
  readonly keyIds: () => readonly string[];
}

/** Stands in for `serveProvider`: the same counter with the same rules, faults and record, asked by a call instead of a request. */
export const serveProvider = async <K extends StoredKey>(
  side: ProviderSide<K>,
  store: KeyStore<K>,
  { now = Date.now }: SandboxOptions,
): Promise<InProcess> => {
  const faults = createFaults();
  const listings = new Set<number>();
  const watched: ProviderSide<K> = {
    ...side,
    answer: (request, view) => {
      const rows: View<K>['rows'] = (all) => {
        listings.add(counter.record.length);
        return view.rows(all);
      };
      return side.answer(request, { ...view, rows });
    },
  };
  const counter = openCounter({ side: watched, store, faults, now });
  return {
    url: '',
    record: counter.record,
    applied: counter.applied,
    isAlive: (world, keyId) => {
      counter.settle();
      return store.has(world, keyId) && store.get(world, keyId).alive;
    },
    faults,
    close: async () => {},
    receive: counter.receive,
    listings,
    worldOf: (host) => side.worlds[host] ?? '',
    keyIds: () => store.all().map(({ keyId }) => keyId),
  };
};
