import { Unavailable } from '../../../functions/core/fault.ts';
import type { OrderUnderTest } from '../orders/order-under-test.ts';
import { type Awaited, type Hooks, instrumented } from '../simulated/instrumented.ts';
import { callsOf } from '../world/calls-of.ts';
import { judged, meantBy } from '../world/judge.ts';
import { type Case, drain, open, type Ran } from '../world/run-case.ts';
import type { World } from '../world/world.ts';

/**
 * `thrown`: an exception, once. `killed`: the process ends, and whatever it waits for never comes. `unavailable`: the one service does not
 * answer.
 */
type Kind = 'thrown' | 'killed' | 'killed three times' | 'unavailable';

/** Until its first call an urgent order and one that is not go the same way, so that they share most of it between them. */
const KINDS: Readonly<Record<Case['reason'], readonly Kind[]>> = {
  leaked: ['thrown', 'killed', 'killed three times'],
  manual: ['killed', 'unavailable'],
};
const WHENS = ['before', 'after'] as const;

/** What goes wrong at one call of one port. */
export interface CrashAt {
  readonly kind: Kind;
  readonly when: (typeof WHENS)[number];
  /** From 0, in the order of the first delivery. */
  readonly call: number;
}

export interface CrashCase extends Case {
  readonly crash: CrashAt;
  readonly port: string;
}

/** These promise to reject never, or not for want of a service. */
const OURS = ['send', 'clock.until'];

const never = new Promise<never>(() => {});

const crashing = ({ kind, when, call }: CrashAt, end: () => void): Hooks => {
  const counts = { before: 0, after: 0 };
  let isOver = false;
  const at = (now: 'before' | 'after') => async (): Promise<void> => {
    if (isOver) return never;
    const mine = counts[now]++ === call && now === when;
    if (!mine) return;
    if (kind === 'unavailable') throw new Unavailable('Cannot reach the service, it is gone for once');
    if (kind === 'thrown') throw new Error('Cannot continue: this was the plan');
    isOver = true;
    end();
    return never;
  };
  return { before: at('before'), after: at('after') };
};

const deliverCrashing = async (world: World, awaited: Awaited, crash: CrashAt): Promise<void> => {
  let end = (): void => {};
  const killed = new Promise<'killed'>((resolve) => {
    end = () => resolve('killed');
  });
  await world.deliver(instrumented(world.ports, awaited, crashing(crash, end)), killed);
};

const known = new Map<OrderUnderTest, Awaited>();

/** Every call of every port in the first delivery, found by watching one: the function ends before it took effect, and after. */
export const crashCases = async (order: OrderUnderTest): Promise<readonly CrashCase[]> => {
  const cases: CrashCase[] = [];
  for (const reason of ['leaked', 'manual'] as const) {
    const { calls, awaited } = await callsOf({ name: '', order, reason });
    known.set(order, awaited);
    for (const [call, { port }] of calls.entries())
      for (const kind of KINDS[reason])
        for (const when of WHENS) {
          if (kind === 'unavailable' && OURS.includes(port)) continue;
          if (kind === 'killed three times' && when === 'before') continue;
          const name = [order.name, reason, `call ${call + 1} ${port}`, `${kind} ${when}`].join(' | ');
          cases.push({ name, order, reason, port, crash: { kind, when, call } });
        }
  }
  return cases;
};

/** How the delivery ends, and at which port. */
export const shownByCrash = ({ crash: { kind, when }, port }: CrashCase): readonly string[] => [
  `${kind} ${when}`,
  `${kind} at ${port}`,
];

/** Runs one case: the first delivery meets the crash, the later ones continue from the ledger. */
export const runCrash = async (one: CrashCase): Promise<Ran> => {
  const world = await open(one);
  const awaited = known.get(one.order) ?? new Set();
  const times = one.crash.kind === 'killed three times' ? 3 : 1;
  for (let n = 0; n < times && world.queue.length > 0; n += 1) await deliverCrashing(world, awaited, one.crash);
  await drain(one, world);
  return judged(one.name, world, meantBy(one));
};
