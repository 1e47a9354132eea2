import { createHash } from 'node:crypto';
import { epochMs } from '../../../functions/core/epoch.ts';
import type { Lane } from '../../../functions/core/lane.ts';
import type { RequestItem } from '../../../functions/core/ledger/request-item.ts';
import type { Attributes, Ports } from '../../../functions/core/ports.ts';
import { revoke } from '../../../functions/core/revoke/revoke.ts';
import * as PROVIDERS from '../../../functions/providers/index.ts';
import { atWork, working } from '../../laws/at-work.ts';
import { type Witness, witness } from '../../laws/witness.ts';
import type { OrderUnderTest, Seeded } from '../orders/order-under-test.ts';
import { memoryLedger } from '../simulated/memory-ledger.ts';
import { type MemoryVault, memoryVault } from '../simulated/memory-vault.ts';
import { attemptIn, type Message, messageQueue } from '../simulated/message-queue.ts';
import { sendInProcess } from '../simulated/send-in-process.ts';
import type { InProcess } from '../simulated/serve-in-process.ts';
import { type SimulatedClock, simulatedClock } from '../simulated/simulated-clock.ts';

/** Ten in the morning of a day without meaning. */
export const START = epochMs(Date.parse('2026-11-20T10:00:00.000Z'));
const DAY_MS = 86_400_000;
const OWN_ROLE = 'AROAOWNROLE';

/** One order with its provider and an AWS of its own, all in this process and on one clock. */
export interface World {
  readonly order: OrderUnderTest;
  readonly seeded: Seeded;
  /** All that was asked for, by the id of its request. */
  readonly orders: ReadonlyMap<string, Seeded>;
  /** The latest attempt of each that was ever put on the queue: a redrive, or a tag that was put back. */
  readonly attempts: ReadonlyMap<string, number>;
  readonly sandbox: InProcess;
  readonly clock: SimulatedClock;
  readonly ports: Ports;
  readonly vault: MemoryVault;
  readonly witness: Witness;
  readonly ledger: ReturnType<typeof memoryLedger>;
  readonly queue: readonly Message[];
  /** The id under which the ledger keeps what a message asks for: its own, or the message's where another request has that id. */
  idOf(message: Message): string;
  /** Readings and second looks that were asked for; they come to the queue by hand, until windows are followed. */
  readonly looks: readonly string[];
  /** Every reading that was asked for comes to the queue, and so does each from now on. */
  followWindows(): void;
  /** Whether windows are followed. */
  isFollowed(): boolean;
  /** Identifiers made by deliveries that finished. */
  readonly over: ReadonlySet<string>;
  /** @param seeded what the request is about, where that is not the world's own order */
  send(body: unknown, attempt?: number, seeded?: Seeded): Message;
  /** A second look comes to the queue. */
  sendLook(body: string): Message;
  /** The message that is visible first, now or later. */
  next(): Message | undefined;
  /** Begins to deliver a message, visible or not; the caller has to run the clock. */
  begin(message: Message, ports?: Ports): Promise<void>;
  /** Delivers the next message when it is visible. @param ports the function's own, perhaps with something wrong with them */
  deliver(ports?: Ports, killed?: Promise<'killed'>): Promise<void>;
}

const digest = (text: string): string => createHash('sha256').update(text).digest('hex');

const config = (giveUpAfterMs: number): Ports['config'] => ({
  instance: 'conformance',
  secretPrefix: 'key-revoker/',
  secretArns: 'arn:aws:secretsmanager:us-east-1:123456789012:secret:',
  mode: 'enforce',
  providers: Object.keys(PROVIDERS),
  giveUpAfterMs,
  limits: { urgent: 1_000, other: 200 },
  egressAddresses: ['127.0.0.1'],
  inVpc: false,
  requestTopics: [],
  ownRoles: [OWN_ROLE],
});

/**
 * @param giveUpAfterMs how long a request may stay open
 * @param comesBy the queue that everything is sent to, where each lane has one. Copies go to their own. @default one queue serves all lanes
 */
export const openWorld = async (order: OrderUnderTest, giveUpAfterMs: number, comesBy?: Lane): Promise<World> => {
  const clock = simulatedClock(START);
  const { sandbox, seeded } = await order.seed(() => clock.now());
  const ledger = memoryLedger();
  const vault = memoryVault(seeded.secrets, START - 30 * DAY_MS, clock.now);
  const log = { info: () => {}, warn: () => {} };
  const queue = messageQueue(clock);
  const orders = new Map<string, Seeded>();
  const attempts = new Map<string, number>();
  /** What each message is about, by its id; and the same by the delivery that is at work on it. */
  const abouts = new Map<string, Seeded>();
  const underWay = new WeakMap<object, Seeded>();
  const looks: string[] = [];
  const over = new Set<string>();
  let isFollowed = false;
  let ids = 0;
  const newId = (): string => {
    const id = `id-${++ids}`;
    atWork().ids.add(id);
    return id;
  };
  const push = (body: string, attempt: number, seconds = 0, sender = 'AROAEXAMPLE', lane = comesBy): Message => {
    const asked = { messageId: newId(), body, attempt, sender: `${sender}:conformance`, lane: comesBy && lane };
    const message = queue.push(asked, seconds * 1_000);
    attempts.set(message.requestId, Math.max(attempt, attempts.get(message.requestId) ?? 1));
    return message;
  };
  const send: World['send'] = (body, attempt = 1, about = seeded) => {
    const message = push(JSON.stringify(body), attempt);
    abouts.set(message.messageId, about);
    if (attempt > 1) ledger.announce(message.requestId, attempt);
    if (!orders.has(message.requestId)) orders.set(message.requestId, about);
    return message;
  };
  const enqueue = async (body: string, attributes: Attributes, seconds: number, lane: Lane): Promise<void> => {
    const request = JSON.parse(body);
    if (request.look) return isFollowed ? void push(body, 1, seconds, OWN_ROLE, lane) : void looks.push(body);
    if (!orders.has(request.requestId)) orders.set(request.requestId, { ...seeded, request });
    push(body, attemptIn(attributes), seconds, OWN_ROLE, lane);
  };
  const idOf: World['idOf'] = ({ messageId, requestId }) => {
    const isApart = ledger.items().some(({ pk, askedId }) => pk === `request#${messageId}` && askedId === requestId);
    return isApart ? messageId : requestId;
  };
  /** Of several messages with one id, the first to be claimed has the id; each other one gets the id of its message. */
  const claiming: Ports['ledger']['write'] = async (key, item, isNew) => {
    const isWritten = await ledger.write(key, item, isNew);
    const about = underWay.get(atWork());
    const { requestId } = item as Partial<RequestItem>;
    if (about && isWritten && item.rev === 1 && requestId !== undefined && key.pk === `request#${requestId}`)
      orders.set(requestId, about);
    return isWritten;
  };
  const seen = witness({ sandbox, orders, clock, ledger });
  const ports: Ports = {
    clock,
    ledger: { ...ledger, write: claiming },
    vault,
    outbox: {
      publish: async (receipt) => seen.published(receipt),
      setAside: async (body, attributes) => seen.setAside(body, attributes),
      enqueue,
    },
    log,
    send: seen.watching(sendInProcess(sandbox, clock)),
    digest,
    newId,
    processId: 'process-1',
    rates: new Map(),
    kept: new Map(),
    random: () => 0.5,
    providers: PROVIDERS,
    config: config(giveUpAfterMs),
  };

  const begin = async (message: Message, own: Ports = ports): Promise<void> => {
    const delivery = queue.receive(message);
    const { requestId } = message;
    const found = ledger.items().find(({ pk }) => pk === `request#${requestId}`) as { attempt?: number } | undefined;
    const attempt = Math.max(message.attempt, found?.attempt ?? 1);
    const made = new Set<string>();
    const atThis = {
      get requestId() {
        return idOf(message);
      },
      ...{ attempt, ids: made },
    };
    const about = abouts.get(message.messageId);
    if (about) underWay.set(atThis, about);
    const work = working(atThis, () => revoke(own, delivery));
    const verdict = await work.catch(() => undefined);
    if (verdict === undefined) return;
    for (const id of made) over.add(id);
    queue.settle(message, verdict);
  };
  const deliver: World['deliver'] = async (own, killed) => {
    const message = queue.next();
    if (message === undefined) throw new Error('Cannot deliver from an empty queue');
    clock.advanceTo(message.visibleAt);
    const startedAt = clock.now();
    const work = begin(message, own);
    await clock.run(killed ? Promise.race([work, killed]) : work);
    clock.forget();
    seen.delivered(startedAt);
  };

  return {
    ...{ order, seeded, orders, attempts, sandbox, clock, ports, vault, witness: seen, ledger },
    ...{ queue: queue.messages, idOf, looks, over, send, next: queue.next, begin, deliver },
    sendLook: (body) => push(body, 1, 0, OWN_ROLE),
    followWindows: () => {
      isFollowed = true;
      for (const body of looks.splice(0)) push(body, 1, 0, OWN_ROLE);
    },
    isFollowed: () => isFollowed,
  };
};
