import { MASTER_GONE, REVIVED } from './ends.ts';
import type { Making, State } from './make.ts';
import {
  ACCOUNT,
  hmac,
  KALSHI_BY_ITSELF,
  KALSHI_ROTATED,
  MASTER_BY_ITSELF,
  masterKey,
  REQUESTY_BY_ITSELF,
  REQUESTY_BY_MANAGER,
  SUB_BY_MASTER,
  SUB_UPDATE,
  type Way,
  withKeys,
} from './ways.ts';

const over = async ({ ask, drain }: Making): Promise<void> => {
  ask();
  await drain();
};

const stuckAndRedriven = async (making: Making): Promise<void> => {
  await over(making);
  await making.take(REVIVED);
  await making.take('redrive');
};

const BOTH: Way = { ...SUB_BY_MASTER, alsoTargets: [SUB_BY_MASTER.signer] };
const NEXT_MASTER = 'MASTERexample00003';
const ROTATED: Way = {
  ...SUB_BY_MASTER,
  keys: [...SUB_BY_MASTER.keys, masterKey({ id: NEXT_MASTER, account: ACCOUNT })],
};
const ROTATED_ITSELF: Way = {
  ...MASTER_BY_ITSELF,
  keys: [...MASTER_BY_ITSELF.keys, masterKey({ id: NEXT_MASTER, account: ACCOUNT })],
};
const probed = ({ identifies }: Way) =>
  ({ step: 'ledger.write', on: 'case#', since: identifies + 1, when: 'after' }) as const;
const again = ({ request }: Way, requestId: string, fields = {}) => ({ send: { ...request, requestId, ...fields } });

/** Requests that meet on one key, attempts that follow each other, and looks at keys of requests that are over. */
export const SEVERAL: readonly State[] = [
  {
    name: 'two requests, one has called',
    about: 'The function ended with a call written down; a second request for the same key waits for the lease.',
    ways: [SUB_BY_MASTER, KALSHI_BY_ITSELF],
    make: async ({ ask, until, deliver, queues }) => {
      ask();
      await until({ at: { step: 'call', when: 'before' } });
      ask('two', { reason: 'incident' });
      await deliver();
      if (queues.requests().length !== 2) throw new Error('Cannot make two requests that wait');
    },
  },
  {
    name: 'two requests, both in the case',
    about: 'Both requests have work in the key’s case: the provider went silent after the call of the first.',
    ways: [MASTER_BY_ITSELF, SUB_UPDATE],
    make: async ({ ask, until, deliver, silence }) => {
      ask();
      await until({ at: { step: 'call', when: 'after' }, happens: silence });
      ask('two');
      await deliver();
    },
  },
  {
    name: 'master ordered while its sub key is at work',
    about: 'A case still needs the master to sign; the order to delete the master waits for it.',
    ways: [BOTH],
    make: async ({ ask, until, send, deliver }) => {
      ask();
      await until({ at: { step: 'call', when: 'before' } });
      send({ ...MASTER_BY_ITSELF.request, requestId: 'two' });
      await deliver();
    },
  },
  {
    name: 'signer rotated since',
    about: 'The request is pinned to a version of the master’s secret that was rotated away, and its key deleted.',
    ways: [ROTATED],
    make: async ({ ask, until, take, way }) => {
      ask();
      await until({ at: probed(way) });
      await take({ secret: 'key-revoker/bybit/master', credential: hmac(NEXT_MASTER) });
      await take({ hand: 'remove', key: way.signer });
    },
  },
  {
    name: 'pinned, rotated since',
    about: 'The request is pinned to the version that held the key; the secret holds another key by now.',
    ways: [ROTATED_ITSELF],
    make: async ({ ask, until, take, way }) => {
      ask();
      await until({ at: probed(way) });
      await take({ secret: 'key-revoker/bybit/master', credential: hmac(NEXT_MASTER) });
    },
  },
  {
    name: 'redriven, rotated since',
    about: 'The first attempt ended stuck, the secret was rotated, and the function ended when the second was claimed.',
    ways: [withKeys(ROTATED_ITSELF, (key) => ({ ...key, permissions: { Spot: ['SpotTrade'] } }) as never)],
    make: async (making) => {
      await over(making);
      await making.take({ secret: 'key-revoker/bybit/master', credential: hmac(NEXT_MASTER) });
      await making.take('redrive');
      await making.until({ at: { step: 'ledger.write', on: 'request#', when: 'after' } });
    },
  },
  {
    name: 'redriven, on the queue',
    about: 'An operator has sent the stuck copy again as the second attempt.',
    ways: [MASTER_GONE],
    make: stuckAndRedriven,
  },
  {
    name: 'redriven, claimed',
    about: 'The function ended when the second attempt was claimed; the pin of the first is its former one.',
    ways: [MASTER_GONE],
    make: async (making) => {
      await stuckAndRedriven(making);
      await making.until({ at: { step: 'ledger.write', on: 'request#', when: 'after' } });
    },
  },
  {
    name: 'redriven, the reply is lost',
    about: 'The function ended when the call of the second attempt was carried out.',
    ways: [MASTER_GONE],
    make: async (making) => {
      await stuckAndRedriven(making);
      await making.until({ at: { step: 'call', when: 'after' } });
    },
  },
  {
    name: 'message lost, probed',
    about: 'The request was probed, then its message was lost.',
    ways: [SUB_BY_MASTER, REQUESTY_BY_MANAGER],
    make: async ({ ask, until, queues, way }) => {
      ask();
      await until({ at: probed(way) });
      queues.lose();
    },
    next: [{ minutes: 40 * 60 }, 'tick'],
  },
  {
    name: 'message lost, called',
    about: 'The call was carried out and its reply lost, then the message was.',
    ways: [MASTER_BY_ITSELF, KALSHI_ROTATED],
    make: async ({ ask, until, queues }) => {
      ask();
      await until({ at: { step: 'call', when: 'after' } });
      queues.lose();
    },
    next: [{ minutes: 40 * 60 }, 'tick'],
  },
  {
    name: 'second look under way',
    about: 'The function ended when the first probes of the second look were written.',
    ways: [MASTER_BY_ITSELF, KALSHI_ROTATED, REQUESTY_BY_ITSELF],
    make: async ({ ask, deliver, until }) => {
      ask();
      await deliver();
      await until({ at: { step: 'ledger.write', on: 'case#', since: 1, when: 'after' } });
    },
    next: [{ minutes: 1_500 }, 'tick'],
  },
  {
    name: 'lives again, found by the second look',
    about: 'The second look found the key alive and published that; the case is open again.',
    ways: [MASTER_BY_ITSELF, SUB_BY_MASTER],
    make: async ({ ask, deliver, take, way, drain }) => {
      ask();
      await deliver();
      await take({ hand: 'revive', key: way.target });
      await drain();
    },
    next: (way) => [{ minutes: 1_500 }, 'tick', again(way, 'two')],
  },
  {
    name: 'lives again, reported and not written',
    about: 'The second look published that the key lives again; the function ended before it wrote that down.',
    ways: [MASTER_BY_ITSELF],
    make: async ({ ask, deliver, take, way, until }) => {
      ask();
      await deliver();
      await take({ hand: 'revive', key: way.target });
      await until({ at: { step: 'outbox.publish', when: 'after' } });
    },
    next: (way) => [again(way, 'two')],
  },
  {
    name: 'proved long ago',
    about:
      'The request is over and its second look done; later a second request comes, and a third after the key was restored.',
    ways: [MASTER_BY_ITSELF, SUB_BY_MASTER, KALSHI_ROTATED, REQUESTY_BY_ITSELF, REQUESTY_BY_MANAGER],
    make: over,
    next: (way) => [
      { minutes: 9 * 1_440 },
      'tick',
      again(way, 'two'),
      { hand: 'revive', key: way.target },
      again(way, 'three'),
    ],
  },
  {
    name: 'proved, restored by hand',
    about: 'The request is over and its second look done; then a person restores the key, and the daily pass finds it.',
    ways: [MASTER_BY_ITSELF, REQUESTY_BY_MANAGER],
    make: over,
    next: (way) => [{ hand: 'revive', key: way.target }, { minutes: 1_500 }, 'tick'],
  },
  {
    name: 'asked again, receipt stored',
    about: 'A second request found the key dead; the function ended before it published that.',
    ways: [MASTER_BY_ITSELF, REQUESTY_BY_MANAGER],
    make: async (making) => {
      await over(making);
      making.ask('two');
      await making.until({ at: { step: 'outbox.publish', when: 'before' } });
    },
  },
  {
    name: 'restricted long ago',
    about: 'The update is over; later the key is widened by hand and restricted again, and then deleted.',
    ways: [SUB_UPDATE],
    make: over,
    next: (way) => [
      { minutes: 9 * 1_440 },
      { hand: 'widen', key: way.target },
      again(way, 'two'),
      { send: { ...SUB_BY_MASTER.request, requestId: 'three' } },
    ],
  },
];
