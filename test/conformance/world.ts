import { createHash } from 'node:crypto';
import { after, epochMs, later } from '../../functions/core/epoch.ts';
import type { Attributes, Ports } from '../../functions/core/ports.ts';
import { revoke } from '../../functions/core/revoke.ts';
import { TIMING } from '../../functions/core/timing.ts';
import { PROVIDERS } from '../../functions/providers/index.ts';
import { memoryLedger } from './memory-ledger.ts';
import { memoryVault } from './memory-vault.ts';
import type { OrderUnderTest, Seeded } from './providers-under-test.ts';
import { sendInProcess } from './send-in-process.ts';
import type { InProcess } from './serve-in-process.ts';
import { type SimulatedClock, simulatedClock } from './simulated-clock.ts';
import { type Witness, witness } from './witness.ts';

/** Ten in the morning of a day without meaning. */
export const START = epochMs(Date.parse('2026-11-20T10:00:00.000Z'));
const DAY_MS = 86_400_000;

/** A message on the simulated requests queue. */
interface Message {
  readonly messageId: string;
  readonly body: string;
  readonly attempt: number;
  readonly sentAt: number;
  visibleAt: number;
  receiveCount: number;
}

/** One order with its provider and an AWS of its own, all in this process and on one clock. */
export interface World {
  readonly order: OrderUnderTest;
  readonly seeded: Seeded;
  readonly sandbox: InProcess;
  readonly clock: SimulatedClock;
  readonly ports: Ports;
  readonly witness: Witness;
  readonly ledger: ReturnType<typeof memoryLedger>;
  readonly queue: readonly Message[];
  /** Second looks that were asked for; they come to the queue by hand. */
  readonly looks: readonly string[];
  send(body: unknown, attempt?: number): void;
  /** Delivers the next message when it is visible. @param ports the function's own, perhaps with something wrong with them */
  deliver(ports?: Ports, killed?: Promise<'killed'>): Promise<void>;
}

const digest = (text: string): string => createHash('sha256').update(text).digest('hex');

const config = (giveUpAfterMs: number): Ports['config'] => ({
  instance: 'conformance',
  secretPrefix: 'key-revoker/',
  mode: 'enforce',
  providers: ['bybit', 'kalshi', 'requesty'],
  giveUpAfterMs,
  limits: { urgent: 1_000, other: 200 },
  egressAddresses: ['127.0.0.1'],
  ownRoles: ['AROAOWNROLE'],
});

/** SQS counts in whole seconds. */
const hiddenUntil = (now: number, instant: number): number =>
  now + Math.max(0, Math.ceil((instant - now) / 1_000)) * 1_000;

/** @param giveUpAfterMs how long a request may stay open */
export const openWorld = async (order: OrderUnderTest, giveUpAfterMs: number): Promise<World> => {
  const clock = simulatedClock(START);
  const { sandbox, seeded } = await order.seed(() => clock.now());
  const ledger = memoryLedger();
  const log = { info: () => {}, warn: () => {} };
  const queue: Message[] = [];
  const looks: string[] = [];
  let ids = 0;
  const newId = (): string => `id-${++ids}`;
  const send = (body: unknown, attempt = 1): void => {
    const now = clock.now();
    queue.push({
      messageId: newId(),
      body: JSON.stringify(body),
      attempt,
      sentAt: now,
      visibleAt: now,
      receiveCount: 0,
    });
  };
  const seen = witness({ sandbox, seeded, clock, ledger });
  const ports: Ports = {
    clock,
    ledger,
    vault: memoryVault(seeded.secrets, START - 30 * DAY_MS),
    outbox: {
      publish: async (receipt) => seen.published(receipt),
      setAside: async (body, attributes) => seen.setAside(body, attributes),
      enqueue: async (body, { attempt }: Attributes) => {
        if (JSON.parse(body).look) looks.push(body);
        else send(JSON.parse(body), Number(attempt));
      },
    },
    log,
    send: seen.watching(sendInProcess(sandbox, clock)),
    digest,
    newId,
    random: () => 0.5,
    provider: (name) => PROVIDERS[name],
    config: config(giveUpAfterMs),
  };

  const deliver = async (own: Ports = ports, killed?: Promise<'killed'>): Promise<void> => {
    const [message] = queue.toSorted((a, b) => a.visibleAt - b.visibleAt);
    if (message === undefined) throw new Error('Cannot deliver from an empty queue');
    clock.advanceTo(message.visibleAt);
    message.receiveCount += 1;
    const deadline = after(clock.now(), TIMING.recordMs);
    message.visibleAt = hiddenUntil(clock.now(), after(deadline, TIMING.crashMarginMs));
    const { receiveCount, messageId, body, attempt } = message;
    const sentAt = epochMs(message.sentAt);
    const delivery = { messageId, body, attempt, sentAt, receiveCount, sender: 'AROAEXAMPLE:conformance', deadline };
    const work = revoke(own, delivery).catch((): undefined => undefined);
    const verdict = await clock.run(killed ? Promise.race([work, killed]) : work);
    clock.forget();
    seen.delivered(deadline);
    if (verdict === undefined || verdict === 'killed') return;
    if (verdict.done) queue.splice(queue.indexOf(message), 1);
    else message.visibleAt = hiddenUntil(clock.now(), later(clock.now(), verdict.notBefore));
  };

  return { order, seeded, sandbox, clock, ports, witness: seen, ledger, queue, looks, send, deliver };
};
