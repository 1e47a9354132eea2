import { FAULT_TABLE } from '../../../infra/local/sandbox/index.ts';
import type { Point } from '../interruption.ts';
import type { Making, State } from './make.ts';
import {
  KALSHI_BY_ITSELF,
  KALSHI_ROTATED,
  MASTER_BY_ITSELF,
  MASTER_UPDATE,
  REQUESTY_BY_ITSELF,
  REQUESTY_BY_MANAGER,
  SUB_BY_MASTER,
  SUB_IN_SECRET,
  SUB_SEARCHED,
  SUB_UPDATE,
  type Way,
  withKeys,
} from './ways.ts';

const CALL_LEAVES: Point = { step: 'call', when: 'before' };
const CALL_ANSWERED: Point = { step: 'ledger.write', on: 'case#', since: 'call', when: 'after' };

const SIGNED_IN_EACH_WAY = [
  MASTER_BY_ITSELF,
  SUB_BY_MASTER,
  KALSHI_BY_ITSELF,
  REQUESTY_BY_ITSELF,
  REQUESTY_BY_MANAGER,
] as const;

/** Keys that may not delete. */
const POWERLESS: readonly Way[] = [
  withKeys(MASTER_BY_ITSELF, (key) => ({ ...key, permissions: { Spot: ['SpotTrade'] } }) as never),
  withKeys(KALSHI_BY_ITSELF, (key) => ({ ...key, scopes: ['read'] }) as never),
  withKeys(REQUESTY_BY_ITSELF, (key) => ({ ...key, manage: 'none' }) as never),
];

const byHand = (hand: 'remove' | 'revive', { take, way }: Making) => ({
  happens: () => void take({ hand, key: way.target }),
});

const faultNamed = (name: string) => {
  const found = FAULT_TABLE.find((row) => row.name === name);
  if (found === undefined) throw new Error(`Cannot find the fault ${name}, wanted one of the table`);
  return found.fault;
};

/** The calls themselves are answered in this way, and nothing is carried out. */
const answering = ({ sandboxes }: Making, fault: ReturnType<typeof faultNamed>, times = 1): void => {
  for (const { faults } of sandboxes.all)
    for (const method of ['POST', 'DELETE']) faults.script({ match: { method }, fault, times });
};

const ACCEPTED = {
  kind: 'reply',
  status: 200,
  headers: { 'content-type': 'application/json' },
  body: '{"retCode":0,"retMsg":"","result":{}}',
} as const;

const BANNED = { kind: 'reply', status: 403, body: 'access too frequent, please try again later' } as const;

/** What a call may be answered with, and what the case then holds. */
export const CALLS: readonly State[] = [
  {
    name: 'called, no word since',
    about: 'The provider carried the call out, and no word came from it since; the function let the case go.',
    ways: [MASTER_BY_ITSELF, SUB_IN_SECRET, SUB_SEARCHED, MASTER_UPDATE, KALSHI_BY_ITSELF, REQUESTY_BY_MANAGER],
    make: async ({ ask, until, silence }) => {
      ask();
      await until({ at: { step: 'call', when: 'after' }, happens: silence });
    },
  },
  {
    name: 'called in vain, no word since',
    about: 'The call never arrived, and no word came from the provider since; the function let the case go.',
    ways: [...SIGNED_IN_EACH_WAY, SUB_UPDATE],
    make: async ({ ask, until, silence }) => {
      ask();
      await until({ at: CALL_LEAVES, happens: silence });
    },
  },
  {
    name: 'call refused, permission missing',
    about: 'The key may not delete; the function ended when that reply was written.',
    ways: POWERLESS,
    make: async ({ ask, until }) => {
      ask();
      await until({ at: CALL_ANSWERED });
    },
  },
  {
    name: 'call not executed, rate limited',
    about: 'The provider said that it did not carry the call out, and when to come again.',
    ways: [MASTER_BY_ITSELF, KALSHI_BY_ITSELF, REQUESTY_BY_MANAGER],
    make: async (making) => {
      answering(making, faultNamed('429 with a time to wait, not applied'));
      making.ask();
      await making.deliver();
    },
  },
  {
    name: 'call refused as unknown, key gone',
    about: 'A person deleted the key right before the call; the function ended when that reply was written.',
    ways: SIGNED_IN_EACH_WAY,
    make: async (making) => {
      making.ask();
      await making.until({ at: CALL_LEAVES, ...byHand('remove', making) }, { at: CALL_ANSWERED });
    },
  },
  {
    name: 'call refused as unknown, key alive',
    about:
      'For the instant of the call the provider did not know the key; the function ended when that reply was written.',
    ways: SIGNED_IN_EACH_WAY,
    make: async (making) => {
      making.ask();
      await making.until(
        { at: CALL_LEAVES, ...byHand('remove', making) },
        { at: { step: 'call', when: 'after' }, ...byHand('revive', making) },
        { at: CALL_ANSWERED },
      );
    },
  },
  {
    name: 'called twice, the reply is lost',
    about: 'The first call was accepted without effect; the function ended when the second was carried out.',
    ways: [MASTER_BY_ITSELF, SUB_BY_MASTER],
    make: async (making) => {
      answering(making, ACCEPTED);
      making.ask();
      await making.until({ at: { step: 'call', when: 'after', nth: 2 } });
    },
  },
  {
    name: 'agreed once, then seen again',
    about: 'After the accepted call one probe did not know the key and the next did: the count restarted.',
    ways: [MASTER_BY_ITSELF],
    make: async (making) => {
      const noted: Point = { step: 'ledger.write', on: 'case#', since: 'call', when: 'after' };
      answering(making, ACCEPTED);
      making.ask();
      await making.until(
        { at: { step: 'call', when: 'after' }, ...byHand('remove', making) },
        { at: { ...noted, nth: 2 }, ...byHand('revive', making) },
        { at: { ...noted, nth: 3 } },
      );
    },
  },
  {
    name: 'no effect, stuck',
    about: 'Five calls were accepted without effect.',
    ways: [MASTER_BY_ITSELF],
    make: async (making) => {
      answering(making, ACCEPTED, Number.POSITIVE_INFINITY);
      making.ask();
      await making.drain();
    },
    next: [{ minutes: 1_500 }, 'tick', 'redrive'],
  },
  {
    name: 'unproven, stuck',
    about: 'The call was carried out, and no word came from the provider until the time was up.',
    ways: [SUB_BY_MASTER, KALSHI_BY_ITSELF],
    config: { giveUpAfterMs: 600_000 },
    make: async ({ ask, until, silence, drain }) => {
      ask();
      await until({ at: { step: 'call', when: 'after' }, happens: silence });
      await drain();
    },
    next: [{ minutes: 1_500 }, 'tick', 'redrive'],
  },
  {
    name: 'no word, interim receipt sent',
    about: 'The provider was out for two minutes, and an interim receipt said so.',
    ways: [MASTER_BY_ITSELF, REQUESTY_BY_MANAGER],
    make: async ({ ask, silence, deliver, said }) => {
      silence();
      ask();
      for (let n = 0; n < 20 && said.length === 0; n += 1) await deliver();
    },
  },
  {
    name: 'no word, the host is paused',
    about: 'The provider was out, and the ledger holds that its host is silent.',
    ways: [SUB_BY_MASTER, KALSHI_ROTATED],
    make: async ({ ask, silence, deliver }) => {
      silence();
      ask();
      for (let n = 0; n < 4; n += 1) await deliver();
    },
  },
  {
    name: 'banned, the host is paused',
    about: 'The provider banned our address for a while, and the ledger holds it.',
    ways: [SUB_BY_MASTER],
    make: async ({ ask, sandboxes, deliver }) => {
      sandboxes.bybit.faults.script({ match: {}, fault: BANNED });
      ask();
      await deliver();
    },
  },
];
