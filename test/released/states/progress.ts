import type { Point } from '../interruption.ts';
import type { State } from './make.ts';
import { SOME_WAYS, WAYS, type Way } from './ways.ts';

/** Where the process ends, by the state that is left behind. */
const ENDS: readonly (readonly [name: string, about: string, at: (way: Way) => Point, ways?: readonly Way[]])[] = [
  [
    'claimed',
    'The function ended when the request was claimed.',
    () => ({ step: 'ledger.write', on: 'request#', when: 'after' }),
  ],
  [
    'pinned',
    'The function ended before it took the lease of the case.',
    () => ({ step: 'ledger.write', on: 'case#', when: 'before' }),
  ],
  [
    'leased',
    'The function ended with the lease of the case, before a probe.',
    () => ({ step: 'ledger.write', on: 'case#', when: 'after' }),
    SOME_WAYS,
  ],
  [
    'probed',
    'The function ended when its first probes were written, before a call.',
    ({ identifies }) => ({ step: 'ledger.write', on: 'case#', since: identifies + 1, when: 'after' }),
  ],
  [
    'attempted, no call left',
    'The function ended when the call was written as attempted, and the call never left.',
    () => ({ step: 'call', when: 'before' }),
  ],
  [
    'called, the reply is lost',
    'The function ended when the provider had carried the call out, before the reply was written.',
    () => ({ step: 'call', when: 'after' }),
  ],
  [
    'accepted, not proved',
    'The function ended when the accepted reply was written, before a probe.',
    () => ({ step: 'ledger.write', on: 'case#', since: 'call', when: 'after' }),
  ],
  [
    'accepted, agreed once',
    'The function ended when the first probe after the call was written.',
    () => ({ step: 'ledger.write', on: 'case#', since: 'call', nth: 2, when: 'after' }),
    SOME_WAYS,
  ],
  [
    'ended in its case',
    'The function ended when the end was written into the case, before the receipt was.',
    () => ({ step: 'ledger.write', on: 'request#', since: 'call', when: 'before' }),
  ],
  [
    'receipt stored, not published',
    'The function ended when the receipt was written, before it was published.',
    () => ({ step: 'outbox.publish', when: 'before' }),
    SOME_WAYS,
  ],
  [
    'receipt published, not marked',
    'The function ended when the receipt was published, before that was written.',
    () => ({ step: 'outbox.publish', when: 'after' }),
    SOME_WAYS,
  ],
  [
    'receipt marked as published',
    'The function ended when it was written that the receipt was published; its work is in the case still.',
    () => ({ step: 'ledger.write', on: 'request#', since: 'call', nth: 2, when: 'after' }),
    SOME_WAYS,
  ],
];

/** A request on its way, at each point where something of it is stored. */
export const PROGRESS: readonly State[] = [
  ...ENDS.map(
    ([name, about, at, ways = WAYS]): State => ({
      ...{ name, about, ways },
      make: async ({ ask, until, way }) => {
        ask();
        await until({ at: at(way) });
      },
    }),
  ),
  {
    name: 'over',
    about: 'The request is over; of a delete, the second look waits on the queue.',
    ways: SOME_WAYS,
    make: async ({ ask, deliver }) => {
      ask();
      await deliver();
    },
  },
];
