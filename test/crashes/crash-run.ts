import { unlessAborted } from '../../infra/local/story/stage/unless-aborted.ts';
import { breachesIn } from '../laws/laws.ts';
import { endsIn } from '../laws/losses.ts';
import type { CrashOrder } from './orders/crash-order.ts';
import { type Deliveries, deliveriesOf } from './orders/deliveries.ts';
import { evidenceIn } from './scene/evidence.ts';
import { makeOrders } from './scene/make-orders.ts';
import { openScene, type Scene, START } from './scene/scene.ts';
import { sendOrder, store, takeBack } from './scene/send-order.ts';
import { gather, type SentOrder } from './scene/traces.ts';
import { type Witness, witness } from './scene/witness.ts';
import { keepSweeping, type Run, workOff } from './scene/work-off.ts';

export interface CrashRunOptions {
  readonly requests: number;
  /** Decides what is asked for, and when and how each delivery dies. */
  readonly seed: string;
  /** Plays only these orders of the run, by their numbers; none: all of them. */
  readonly only: readonly number[];
  readonly signal: AbortSignal;
  /** Hears of every receipt that ends a request: so many of them there are by now. */
  readonly onEnd: (ended: number) => void;
}

/** What a run came to. */
export interface CrashRun {
  readonly deliveries: Deliveries;
  /** What was wrong, in sentences, and with which order, from 1; 0: with none. */
  readonly breaches: readonly { readonly n: number; readonly says: string }[];
  /** What each request came to. */
  readonly ends: readonly string[];
  /** What the functions wrote while they were at work on the n-th order. */
  linesOf(n: number): readonly string[];
}

/** Functions at work at the same time. */
const AT_ONCE = 4;
/** A tag is taken back a minute before its time. */
const TAKEN_BACK_MS = 60_000;

const send = ({ scene }: Run, order: CrashOrder): Promise<SentOrder> =>
  scene.time.work(async () => {
    const { isTakenBack } = order.recipe;
    await scene.time.until(isTakenBack ? order.dueAt - TAKEN_BACK_MS : order.sentAt);
    if (isTakenBack) await takeBack(scene, order);
    const sent = await sendOrder(scene, order);
    scene.time.stir();
    return sent;
  });

/** Everybody who acts in a run; all begin before the clock may move. */
const play = async (run: Run, orders: readonly CrashOrder[]): Promise<readonly SentOrder[]> => {
  const lastTag = Math.max(START, ...orders.filter(({ recipe }) => recipe.comes === 'tag').map(({ dueAt }) => dueAt));
  const begun = await run.scene.time.work(async () => ({
    sent: Promise.all(orders.map((order) => send(run, order))),
    others: Promise.all([keepSweeping(run, lastTag), ...Array.from({ length: AT_ONCE }, () => workOff(run))]),
  }));
  const [sent] = await Promise.all([begun.sent, begun.others]);
  return sent;
};

const judge = async (run: Run, orders: readonly SentOrder[]): Promise<Omit<CrashRun, 'deliveries' | 'linesOf'>> => {
  const { scene, witness: watching, deliveries } = run;
  const traces = await gather(scene, { orders, said: watching.said, onBus: watching.onBus });
  const { ledger, onTopic, onBus, stuck, left } = traces;
  watching.canary.hear('the ledger', JSON.stringify(ledger));
  watching.canary.hear('a queue or the bus', JSON.stringify([onTopic, onBus, stuck, left]));
  const others = [...watching.canary.heard(), ...deliveries.unasked()].map((says) => ({ n: 0, says }));
  const evidence = evidenceIn(traces);
  const names = new Map(orders.map(({ n, name }) => [String(n), ` (${name})`]));
  const breaches = breachesIn(evidence).map(({ of, says }) => ({ n: Number(of), says: says + (names.get(of) ?? '') }));
  return { breaches: [...breaches, ...others], ends: endsIn(evidence) };
};

const playOn = async (scene: Scene, watching: Witness, options: CrashRunOptions): Promise<CrashRun> => {
  const { seed, only, signal } = options;
  watching.listenTo(scene.aws.buses);
  const all = makeOrders(scene, options);
  const orders = only.length > 0 ? all.filter(({ n }) => only.includes(n)) : all;
  watching.watch(scene, orders);
  for (const stored of orders.flatMap((order) => order.stored)) {
    watching.canary.guard(stored.credential);
    await store(scene, stored);
  }
  const deliveries = deliveriesOf(seed);
  const run = { scene, witness: watching, deliveries, seed };
  const sent = await unlessAborted(play(run, orders), signal);
  return { deliveries, linesOf: watching.linesOf, ...(await judge(run, sent)) };
};

/**
 * Plays one run to its end and judges it. Changes this process's date for good.
 *
 * @throws the signal's reason where it is aborted first
 */
export const crashRun = async (options: CrashRunOptions): Promise<CrashRun> => {
  const watching = witness(options.onEnd);
  const scene = await openScene(watching.hear);
  try {
    return await playOn(scene, watching, options);
  } finally {
    await scene.close();
  }
};
