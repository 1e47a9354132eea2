import { POWERLESS } from './ends.ts';
import type { State } from './make.ts';
import { KALSHI_BY_ITSELF, MASTER_BY_ITSELF, MASTER_UPDATE, SUB_BY_MASTER, type Way } from './ways.ts';

const MASTER_SECRET = 'key-revoker/bybit/master';
const SUB_SECRET = 'key-revoker/bybit/sub';
const KALSHI_SECRET = 'key-revoker/kalshi/key';

const tagsOf = (operation: string, expiresAt: string, more = {}): Readonly<Record<string, string>> => {
  const [provider = '', name = ''] = operation.split('/');
  return {
    'key-revoker:expires-at': expiresAt,
    'key-revoker:provider': provider,
    'key-revoker:operation': name,
    ...more,
  };
};

const tagged = (way: Way, secret: string, tags: Readonly<Record<string, string>>): Way => ({
  ...way,
  secrets: { ...way.secrets, [secret]: { versions: way.secrets[secret]?.versions ?? [], tags } },
});

const SOON = '2026-11-20T11:10:00+01:00';
const MASTER_TAGS = tagsOf('bybit/delete-master-key', SOON);
const MASTER = tagged(MASTER_BY_ITSELF, MASTER_SECRET, MASTER_TAGS);
const SUB = tagged(
  SUB_BY_MASTER,
  SUB_SECRET,
  tagsOf('bybit/delete-sub-key', SOON, { 'key-revoker:signed-by': MASTER_SECRET }),
);
const UPDATE = tagged(
  MASTER_UPDATE,
  MASTER_SECRET,
  tagsOf('bybit/update-master-key', SOON, {
    'key-revoker:settings': 'readOnly=1 permissions.Wallet=AccountTransfer',
    'key-revoker:version': 'v1',
  }),
);
const KALSHI = tagged(KALSHI_BY_ITSELF, KALSHI_SECRET, tagsOf('kalshi/delete-key', SOON));
const TWO: Way = {
  ...MASTER,
  keys: [...MASTER.keys, ...KALSHI.keys],
  alsoTargets: [KALSHI.target],
  secrets: { ...MASTER.secrets, ...KALSHI.secrets },
};

/** What the scheduled function keeps of tagged secrets, and what it sends. */
export const SWEEPS: readonly State[] = [
  {
    name: 'tag met',
    about: 'A sweep has met a tag whose date is two days off.',
    ways: [tagged(MASTER_BY_ITSELF, MASTER_SECRET, tagsOf('bybit/delete-master-key', '2026-11-22T10:00:00Z'))],
    make: ({ take }) => take('tick'),
    next: [{ minutes: 2 * 1_440 - 10 }, 'tick'],
  },
  {
    name: 'tag met, rotated since',
    about: 'A sweep has met a tag, then the secret was rotated: the order is for the version that it met.',
    ways: [
      tagged(
        SUB_BY_MASTER,
        SUB_SECRET,
        tagsOf('bybit/delete-sub-key', '2026-11-22T10:00:00Z', { 'key-revoker:signed-by': MASTER_SECRET }),
      ),
    ],
    make: async ({ take }) => {
      await take('tick');
      await take({ minutes: 60 });
      await take({
        secret: SUB_SECRET,
        credential: { apiKey: 'SUBKEYexample00002', apiSecret: '<hmac of SUBKEYexample00002>' },
      });
    },
    next: [{ minutes: 2 * 1_440 - 70 }, 'tick'],
  },
  {
    name: 'order sent',
    about: 'A sweep has sent the order, which waits on the queue for its time.',
    ways: [MASTER, SUB, UPDATE],
    make: ({ take }) => take('tick'),
  },
  {
    name: 'order sent, the message is lost',
    about: 'A sweep has sent the order, and the message was lost.',
    ways: [MASTER],
    make: async ({ take, queues }) => {
      await take('tick');
      queues.lose();
    },
    next: [{ minutes: 20 }, 'tick'],
  },
  {
    name: 'order sent, not noted',
    about: 'A sweep has sent the order and ended before it noted that.',
    ways: [MASTER],
    make: ({ tickUntil }) => tickUntil({ at: { step: 'outbox.enqueue', when: 'after' } }),
    next: ['tick', { minutes: 20 }, 'tick'],
  },
  {
    name: 'order sent, called',
    about: 'The call of a sweep’s order was carried out, and the function ended.',
    ways: [MASTER, SUB],
    make: async ({ take, until }) => {
      await take('tick');
      await until({ at: { step: 'call', when: 'after' } });
    },
    next: ['tick', { minutes: 20 }, 'tick'],
  },
  {
    name: 'order taken back',
    about: 'The tags were taken off before the call; they come back later.',
    ways: [MASTER],
    make: async ({ take, drain }) => {
      await take('tick');
      await take({ secret: MASTER_SECRET, tags: {} });
      await drain();
    },
    next: [{ minutes: 60 }, { secret: MASTER_SECRET, tags: MASTER_TAGS }, 'tick'],
  },
  {
    name: 'tag unreadable',
    about: 'A sweep has published that it cannot read a tag.',
    ways: [tagged(MASTER_BY_ITSELF, MASTER_SECRET, { ...MASTER_TAGS, 'key-revoker:provider': 'bibyt' })],
    make: ({ take }) => take('tick'),
    next: [{ minutes: 5 }, 'tick', { minutes: 1_500 }, 'tick'],
  },
  {
    name: 'sweep stopped on its way',
    about: 'A sweep had time for the first page of secrets; the next continues from there.',
    ways: [TWO],
    make: async ({ take }) => take('short tick'),
    next: ['short tick'],
  },
  {
    name: 'daily pass begun',
    about: 'The daily pass was begun and never finished.',
    ways: [POWERLESS],
    make: async ({ ask, drain, take, tickUntil }) => {
      ask();
      await drain();
      await take({ minutes: 13 * 60 });
      await tickUntil({ at: { step: 'ledger.write', on: 'sweep#look-after', when: 'after' } });
    },
    next: [{ minutes: 20 }, 'tick'],
  },
  {
    name: 'daily pass done',
    about: 'The daily pass is done for today, and its looks have published their findings.',
    ways: [POWERLESS],
    make: async ({ ask, drain, take }) => {
      ask();
      await drain();
      await take({ minutes: 13 * 60 });
      await take('tick');
      await drain();
    },
    next: [{ minutes: 10 }, 'tick'],
  },
];
