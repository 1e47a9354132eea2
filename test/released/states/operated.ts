import { operatorOn } from '../operator.ts';
import { MASTER_GONE, POWERLESS, REVIVED } from './ends.ts';
import type { Making, State } from './make.ts';
import { KALSHI_BY_ITSELF, MASTER_BY_ITSELF, REQUESTY_BY_MANAGER, type Way } from './ways.ts';

const CONFIG = { mode: 'enforce', giveUpAfterMs: 86_400_000, limits: { urgent: 1, other: 1 } } as const;
const SHORT = { ...CONFIG, giveUpAfterMs: 600_000 };

const MANAGER_TOO: Way = { ...REQUESTY_BY_MANAGER, alsoTargets: [REQUESTY_BY_MANAGER.signer] };
const OWN_DELETE = {
  provider: 'requesty',
  operation: 'delete-key',
  secretId: 'key-revoker/requesty/manager',
  target: 'self',
  reason: 'leaked',
  requestId: 'two',
};

/** The one call of this hour is used up, and a second request waits. */
const heldByLimit = async ({ ask, deliver, send }: Making): Promise<void> => {
  ask();
  await deliver();
  send(OWN_DELETE);
  await deliver();
};

const stuck = async ({ ask, drain }: Making): Promise<void> => {
  ask();
  await drain();
};

const TAGGED: Way = {
  ...MASTER_BY_ITSELF,
  secrets: {
    'key-revoker/bybit/master': {
      versions: MASTER_BY_ITSELF.secrets['key-revoker/bybit/master']?.versions ?? [],
      tags: {
        'key-revoker:expires-at': '2026-11-20T10:05:00Z',
        'key-revoker:provider': 'bybit',
        'key-revoker:operation': 'delete-master-key',
      },
    },
  },
};

/** What operators and limits leave in the ledger. */
export const OPERATED: readonly State[] = [
  {
    name: 'forgotten, stuck',
    about: 'An operator has closed a stuck request: the daily pass ignores its key until a new request.',
    ways: [MASTER_GONE, POWERLESS],
    make: async (making) => {
      await stuck(making);
      await operatorOn(making, CONFIG).forget('one');
      making.queues.takeStuck();
    },
    next: (way) => [
      ...([{ minutes: 1_500 }, 'tick'] as const),
      ...(way === MASTER_GONE ? [REVIVED] : []),
      { send: { ...way.request, requestId: 'two' } },
    ],
  },
  {
    name: 'forgotten, redriven all the same',
    about: 'An operator has closed a stuck request, and its copy is sent again.',
    ways: [MASTER_GONE],
    make: async (making) => {
      await stuck(making);
      await operatorOn(making, CONFIG).forget('one');
    },
    next: [REVIVED, 'redrive'],
  },
  {
    name: 'forgotten, never over',
    about: 'The message crashed the function until it was set aside; an operator has closed the request.',
    ways: [KALSHI_BY_ITSELF],
    make: async (making) => {
      making.ask();
      await making.until({ at: { step: 'call', when: 'before' } });
      making.queues.lose();
      await making.take({ minutes: 60 });
      await operatorOn(making, CONFIG).forget('one', { crashed: true });
    },
    next: [{ minutes: 40 * 60 }, 'tick'],
  },
  {
    name: 'paused',
    about: 'An operator holds everything back: the sweep sends nothing.',
    ways: [TAGGED],
    make: (making) => operatorOn(making, CONFIG).pause(),
    next: ['tick', { minutes: 1_500 }, 'tick'],
  },
  {
    name: 'held by the limit',
    about: 'The calls of this hour are used up; an urgent request waits for the next.',
    ways: [MANAGER_TOO],
    config: CONFIG,
    make: heldByLimit,
  },
  {
    name: 'limit, raised',
    about: 'The calls of this hour are used up, and an operator has let one more leave before the time is up.',
    ways: [MANAGER_TOO],
    config: SHORT,
    make: async (making) => {
      await heldByLimit(making);
      await operatorOn(making, SHORT).raise('requesty', 1);
    },
  },
  {
    name: 'limit, stuck',
    about: 'The calls of this hour were used up until the time was.',
    ways: [MANAGER_TOO],
    config: SHORT,
    make: async (making) => {
      await heldByLimit(making);
      await making.drain();
    },
    next: [{ minutes: 120 }, 'redrive'],
  },
];
