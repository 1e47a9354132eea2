import type { Answer } from '../core/answer.ts';
import type { EpochMs } from '../core/epoch.ts';
import type { HttpCall, MaybeReply, Next } from '../core/provider.ts';

/** An exchange that waits for the instant to sign with. */
export type Send = (now: EpochMs) => HttpCall;

/** Part of a question: it yields what to send, gets the reply, and returns what it learned. */
export type Talk<Learned> = Generator<Send, Learned, MaybeReply>;

/**
 * Makes the `next` of a question from a generator. Each time the generator runs again over the replies so far, so
 * nothing is kept in between. Only the exchange that is due is signed.
 */
export const talk =
  (conversation: () => Talk<Answer>) =>
  (replies: readonly MaybeReply[], now: EpochMs): Next => {
    const running = conversation();
    let step = running.next();
    for (const reply of replies) {
      if (step.done) break;
      step = running.next(reply);
    }
    return step.done ? { answer: step.value } : { send: step.value(now) };
  };
