import { createHash } from 'node:crypto';
import { Unavailable } from '../../../functions/core/fault.ts';
import type { Attributes, Ports } from '../../../functions/core/ports.ts';
import { revoke } from '../../../functions/core/revoke/revoke.ts';
import { watchWindows } from '../../../functions/core/sweep/settle-watch.ts';
import * as PROVIDERS from '../../../functions/providers/index.ts';
import { type Awaited, instrumented } from '../../faults/simulated/instrumented.ts';
import { type MemoryLedger, memoryLedger } from '../../faults/simulated/memory-ledger.ts';
import { type MemoryVault, memoryVault } from '../../faults/simulated/memory-vault.ts';
import { attemptIn, type Message, type MessageQueue, messageQueue } from '../../faults/simulated/message-queue.ts';
import { sendInProcess } from '../../faults/simulated/send-in-process.ts';
import { type SimulatedClock, simulatedClock } from '../../faults/simulated/simulated-clock.ts';
import { START } from '../../faults/world/world.ts';
import type { Happening } from './happening.ts';
import { noting } from './noting.ts';
import { OUTAGE, unknownKeyAt } from './outage.ts';
import type { OpenStage, Stage } from './stage.ts';
import { hooksOf, type Trouble } from './trouble.ts';

/** A request is given up after this long, in place of a day; it is more than a key that is gone waits for an outage to be over. */
export const GIVE_UP_MS = 2 * 3_600_000;
const MONTH_MS = 30 * 86_400_000;
const OWN_ROLE = 'AROAOWNROLE';
const OTHER_ROLE = 'AROAEXAMPLE';

/** What became of one delivery. */
export interface Delivered {
  readonly message: Message;
  /** `cut`: it did not finish by itself. */
  readonly verdict: 'done' | 'cut' | { readonly code: string };
  /** Whether the trouble in wait was met. */
  readonly isMet: boolean;
  /** How many exchanges were in the sandbox's record before. */
  readonly from: number;
  readonly happened: readonly Happening[];
  readonly tookMs: number;
}

/** The real code over one provider's sandbox and an AWS in this process, on one clock. */
export interface System {
  readonly stage: Stage;
  readonly sandbox: OpenStage['sandbox'];
  readonly clock: SimulatedClock;
  readonly vault: MemoryVault;
  readonly ledger: MemoryLedger;
  readonly queue: MessageQueue;
  /** Copies on the stuck queue. */
  readonly aside: { readonly body: string; readonly attributes: Attributes }[];
  /** From so many exchanges on the provider knows no key, for so long; then it is well. */
  fail(ms: number, skip: number): void;
  /** The provider is well again, but for an outage, which takes its time. */
  heal(): void;
  send(body: string, attempt?: number): void;
  /** Asks for a look at the key of a request, as is done each day for the cases that are open. */
  askForLook(body: string): void;
  /** A sweep sends the readings again that are late. */
  watch(): Promise<void>;
  /** Delivers a message at its time, or at once although it is hidden. */
  deliver(message: Message, trouble?: Trouble, isAtOnce?: boolean): Promise<Delivered>;
}

export const digest = (text: string): string => createHash('sha256').update(text).digest('hex');

const CONFIG: Ports['config'] = {
  instance: 'model',
  secretPrefix: 'key-revoker/',
  secretArns: 'arn:aws:secretsmanager:us-east-1:123456789012:secret:',
  mode: 'enforce',
  providers: Object.keys(PROVIDERS),
  giveUpAfterMs: GIVE_UP_MS,
  limits: { urgent: 1_000, other: 200 },
  egressAddresses: ['127.0.0.1'],
  inVpc: false,
  requestTopics: [],
  ownRoles: [OWN_ROLE],
};

/**
 * @param awaited names of the ports whose calls are waited for; more are learned on the way
 * @param spoil puts something wrong between the code and its ports
 */
export const openSystem = async (
  stage: Stage,
  awaited: Awaited,
  spoil: (ports: Ports) => Ports = (ports) => ports,
): Promise<System> => {
  const clock = simulatedClock(START);
  const opened = await stage.open(() => clock.now());
  const { sandbox } = opened;
  const vault = memoryVault(stage.secrets, START - MONTH_MS, clock.now);
  const ledger = memoryLedger();
  const queue = messageQueue(clock);
  const aside: System['aside'] = [];
  let ids = 0;
  const newId = (): string => `id-${++ids}`;
  const push = (body: string, attempt: number, sender: string, seconds: number): void =>
    void queue.push({ messageId: newId(), body, attempt, sender: `${sender}:model` }, seconds * 1_000);

  let outageUntil: number | undefined;
  const endOutage = (): void => {
    if (outageUntil === undefined || clock.now() < outageUntil) return;
    outageUntil = undefined;
    sandbox.faults.clear();
  };
  const sendThere = sendInProcess(sandbox, clock);

  const plain: Ports = {
    clock,
    ledger,
    vault,
    outbox: {
      publish: async () => {},
      setAside: async (body, attributes) => void aside.push({ body, attributes }),
      enqueue: async (body, attributes, seconds) => push(body, attemptIn(attributes), OWN_ROLE, seconds),
    },
    log: { info: () => {}, warn: () => {} },
    send: (call, until) => {
      endOutage();
      return sendThere(call, until);
    },
    digest,
    newId,
    processId: 'process-1',
    rates: new Map(),
    kept: new Map(),
    random: () => 0.5,
    providers: PROVIDERS,
    config: CONFIG,
  };

  const deliver: System['deliver'] = async (message, trouble, isAtOnce = false) => {
    if (!isAtOnce) clock.advanceTo(message.visibleAt);
    const happened: Happening[] = [];
    const from = sandbox.record.length;
    const startedAt = clock.now();
    const { hooks, killed, isMet } = hooksOf(trouble);
    const ports = instrumented(spoil(noting(plain, opened, happened)), awaited, hooks);
    const work = revoke(ports, queue.receive(message)).catch((error: unknown) => {
      if (isMet() || error instanceof Unavailable) return undefined;
      throw error;
    });
    const verdict = await clock.run(Promise.race([work, killed]));
    clock.forget();
    const told = { message, isMet: isMet(), from, happened, tookMs: clock.now() - startedAt };
    if (verdict === undefined || verdict === 'killed') return { ...told, verdict: 'cut' };
    queue.settle(message, verdict);
    return { ...told, verdict: verdict.done ? 'done' : verdict };
  };

  const fail: System['fail'] = (ms, skip) => {
    outageUntil = clock.now() + ms;
    const times = Number.POSITIVE_INFINITY;
    sandbox.faults.script({ match: {}, fault: unknownKeyAt(stage.name), skip, times, name: OUTAGE });
  };
  const heal = (): void => {
    endOutage();
    if (outageUntil === undefined) sandbox.faults.clear();
  };
  const send: System['send'] = (body, attempt = 1) => {
    if (attempt > 1) ledger.announce(String(JSON.parse(body).requestId), attempt);
    push(body, attempt, OTHER_ROLE, 0);
  };
  const askForLook: System['askForLook'] = (body) =>
    push(JSON.stringify({ ...JSON.parse(body), look: true }), 1, OWN_ROLE, 0);
  const watch = async (): Promise<void> => void (await clock.run(watchWindows(plain)));
  return { stage, sandbox, clock, vault, ledger, queue, aside, fail, heal, send, askForLook, watch, deliver };
};
