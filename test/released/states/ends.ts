import type { Point } from '../interruption.ts';
import type { State } from './make.ts';
import {
  KALSHI_BY_ITSELF,
  MASTER_BY_ITSELF,
  MASTER_UPDATE,
  REQUESTY_BY_ITSELF,
  SUB_BY_MASTER,
  SUB_UPDATE,
  type Way,
  withKeys,
} from './ways.ts';

/** A day later the pass looks after the cases, then an operator sends every copy again. */
const DAY_THEN_REDRIVE = [{ minutes: 1_500 }, 'tick', 'redrive'] as const;

const delivered: State['make'] = async ({ ask, drain }) => {
  ask();
  await drain();
};

export const MASTER_GONE = withKeys(SUB_BY_MASTER, (key) =>
  key.id === SUB_BY_MASTER.signer ? { ...key, isGone: true } : key,
);
export const REVIVED = { hand: 'revive', key: SUB_BY_MASTER.signer } as const;

const KEY_GONE: readonly Way[] = [MASTER_BY_ITSELF, REQUESTY_BY_ITSELF].map((way) =>
  withKeys(way, (key) => (key.id === way.target ? { ...key, isGone: true } : key)),
);
/** Its key is found alive by each look. */
export const POWERLESS = withKeys(KALSHI_BY_ITSELF, (key) => ({ ...key, scopes: ['read'] }) as never);
const ELSEWHERE = withKeys(MASTER_BY_ITSELF, (key) => ({ ...key, world: 'testnet' }));
const EXPIRED = withKeys(MASTER_BY_ITSELF, (key) => ({ ...key, expired: true }) as never);
const BOUND = withKeys(MASTER_BY_ITSELF, (key) => ({ ...key, ips: ['192.0.2.1'] }) as never);
const MAY_WITHDRAW = withKeys(
  MASTER_UPDATE,
  (key) => ({ ...key, permissions: { Wallet: ['AccountTransfer', 'Withdraw'] } }) as never,
);
const READ_ONLY = withKeys(SUB_UPDATE, (key) => ({ ...key, readOnly: 1 }) as never);

const SIGNER_REFUSED: readonly (readonly [name: string, about: string, at: Point])[] = [
  ['stuck, no copy sent', 'The function ended before it sent the copy.', { step: 'outbox.setAside', when: 'before' }],
  [
    'stuck, copy sent, not published',
    'The function ended when the copy was on the stuck queue.',
    { step: 'outbox.setAside', when: 'after' },
  ],
];

/** Ends that need a person: the copy lies on the stuck queue, and the case is open. */
export const ENDS: readonly State[] = [
  {
    name: 'stuck, credential refused',
    about: 'A person deleted the master; the key of its sub account lives.',
    ways: [MASTER_GONE],
    make: delivered,
    next: [{ minutes: 1_500 }, 'tick', REVIVED, 'redrive'],
  },
  ...SIGNER_REFUSED.map(
    ([name, about, at]): State => ({
      ...{ name, about, ways: [MASTER_GONE] },
      make: async ({ ask, deliver, take, until }) => {
        ask();
        // A refusal is final when it has held for an hour.
        for (let n = 0; n < 3; n += 1) {
          await deliver();
          await take({ minutes: 21 });
        }
        await until({ at });
      },
    }),
  ),
  {
    name: 'stuck, permission missing',
    about: 'The key may not delete itself.',
    ways: [POWERLESS],
    make: delivered,
    next: DAY_THEN_REDRIVE,
  },
  {
    name: 'stuck, not recognised',
    about: 'The key was gone before this product saw it.',
    ways: KEY_GONE,
    make: delivered,
    next: ['redrive'],
  },
  {
    name: 'stuck, credential missing',
    about: 'There is no such secret; the request has no pin.',
    ways: [{ ...MASTER_BY_ITSELF, secrets: {} }],
    make: delivered,
    next: ['redrive'],
  },
  {
    name: 'stuck, wrong environment',
    about: 'The key lives in another environment than its secret says.',
    ways: [ELSEWHERE],
    make: delivered,
    next: ['redrive'],
  },
  {
    name: 'stuck, expired',
    about: 'The key has expired, and a person could renew it.',
    ways: [EXPIRED],
    make: delivered,
    next: DAY_THEN_REDRIVE,
  },
  {
    name: 'stuck, address not allowed',
    about: 'The key is bound to an address that is not ours.',
    ways: [BOUND],
    make: delivered,
    next: DAY_THEN_REDRIVE,
  },
  {
    name: 'stuck, only in the web console',
    about: 'The key may withdraw; the provider’s API cannot take that permission away.',
    ways: [MAY_WITHDRAW],
    make: delivered,
    next: ['redrive'],
  },
  {
    name: 'stuck, signer gone',
    about: 'This product had deleted the master before.',
    ways: [{ ...SUB_BY_MASTER, alsoTargets: [SUB_BY_MASTER.signer] }],
    make: async ({ send, drain, ask }) => {
      send({ ...MASTER_BY_ITSELF.request, requestId: 'zero' });
      await drain();
      ask();
      await drain();
    },
    next: [{ minutes: 1_500 }, 'tick', 'redrive'],
  },
  {
    name: 'refused, outside the prefix',
    about: 'The request names a secret that is not under the prefix.',
    ways: [{ ...MASTER_BY_ITSELF, request: { ...MASTER_BY_ITSELF.request, secretId: 'elsewhere/bybit/master' } }],
    make: delivered,
    next: ['redrive'],
  },
  {
    name: 'refused, would widen',
    about: 'The update asks for more than the key may do.',
    ways: [{ ...READ_ONLY, request: { ...READ_ONLY.request, settings: { readOnly: 0 } } }],
    make: delivered,
    next: ['redrive'],
  },
  {
    name: 'refused, would blind',
    about: 'The update would bind the signing key to addresses that are not ours.',
    ways: [{ ...MASTER_UPDATE, request: { ...MASTER_UPDATE.request, settings: { readOnly: 1, ips: ['192.0.2.1'] } } }],
    make: delivered,
    next: ['redrive'],
  },
  {
    name: 'refused, not a request',
    about: 'The body is not a valid request: a stub of it lies on the stuck queue.',
    ways: [MASTER_BY_ITSELF],
    make: async ({ send, drain }) => {
      send({ provider: 'bybit', opperation: 'delete-master-key', target: 'self', requestId: 'one' });
      await drain();
    },
    next: ['redrive'],
  },
  {
    name: 'refused, not a request, not reported yet',
    about: 'The body is not a valid request; the function ended before it sent the stub.',
    ways: [MASTER_BY_ITSELF],
    make: async ({ send, until }) => {
      send('no JSON at all');
      await until({ at: { step: 'outbox.setAside', when: 'before' } });
    },
  },
  {
    name: 'refused, secret in message',
    about: 'The request has a secret in it: its copy on the stuck queue has none.',
    ways: [REQUESTY_BY_ITSELF],
    make: async ({ ask, drain, way }) => {
      ask('one', { requestId: `<bearer of ${way.target}>` });
      await drain();
    },
    next: ['redrive'],
  },
  {
    name: 'refused, id reused',
    about: 'Another request came with the id of one that is over: its copy has the id of its message.',
    ways: [MASTER_BY_ITSELF],
    make: async ({ ask, drain }) => {
      ask();
      await drain();
      ask('one', { reference: 'INC-2042' });
      await drain();
    },
    next: ['redrive'],
  },
];
