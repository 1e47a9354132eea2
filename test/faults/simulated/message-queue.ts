import type { Delivery, Disposition } from '../../../functions/core/delivery.ts';
import { after, epochMs, later } from '../../../functions/core/epoch.ts';
import type { Lane } from '../../../functions/core/lane.ts';
import type { Attributes } from '../../../functions/core/ports.ts';
import { marksIn } from '../../../functions/core/request/marks.ts';
import { TIMING } from '../../../functions/core/timing.ts';
import type { SimulatedClock } from './simulated-clock.ts';

/** A message on the simulated requests queue. */
export interface Message {
  readonly messageId: string;
  /** Whose queue it is on. @default one queue serves all lanes */
  readonly lane?: Lane | undefined;
  readonly requestId: string;
  readonly body: string;
  readonly attempt: number;
  readonly sender: string;
  readonly sentAt: number;
  visibleAt: number;
  receiveCount: number;
}

/** SQS, as far as deliveries depend on it. */
export interface MessageQueue {
  readonly messages: readonly Message[];
  push(message: Pick<Message, 'messageId' | 'body' | 'attempt' | 'sender' | 'lane'>, delayMs: number): Message;
  /** The message that is visible first, now or later. */
  next(): Message | undefined;
  /** Hands a message out, visible or not: a queue may deliver twice. */
  receive(message: Message): Delivery;
  settle(message: Message, verdict: Disposition): void;
}

/** The attempt that a copy carries. */
export const attemptIn = (attributes: Attributes): number =>
  Number(marksIn((name) => attributes[name]).mark?.attempt ?? 1);

/** SQS counts in whole seconds. */
const hiddenUntil = (now: number, instant: number): number =>
  now + Math.max(0, Math.ceil((instant - now) / 1_000)) * 1_000;

export const messageQueue = (clock: SimulatedClock): MessageQueue => {
  const messages: Message[] = [];
  return {
    messages,
    push: (message, delayMs) => {
      const now = clock.now();
      const requestId = String(JSON.parse(message.body).requestId);
      messages.push({ ...message, requestId, sentAt: now, visibleAt: now + delayMs, receiveCount: 0 });
      return messages.at(-1) as Message;
    },
    next: () => messages.toSorted((a, b) => a.visibleAt - b.visibleAt)[0],
    receive: (message) => {
      message.receiveCount += 1;
      const deadline = after(clock.now(), TIMING.recordMs);
      message.visibleAt = hiddenUntil(clock.now(), after(deadline, TIMING.crashMarginMs));
      const { receiveCount, messageId, lane, body, requestId, attempt, sender } = message;
      const mark = { requestId, attempt };
      return { messageId, lane, body, mark, sender, sentAt: epochMs(message.sentAt), receiveCount, deadline };
    },
    settle: (message, verdict) => {
      const at = messages.indexOf(message);
      // Another delivery of it may have been done with it meanwhile.
      if (at < 0) return;
      if (verdict.done) messages.splice(at, 1);
      else message.visibleAt = hiddenUntil(clock.now(), later(clock.now(), verdict.notBefore));
    },
  };
};
