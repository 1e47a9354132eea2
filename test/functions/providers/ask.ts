import type { Answer } from '../../../functions/core/answer.ts';
import { type EpochMs, epochMs } from '../../../functions/core/epoch.ts';
import { Fault } from '../../../functions/core/fault.ts';
import type { HttpCall, MaybeReply, Question } from '../../../functions/core/provider.ts';

/** The instant at which every clock of these tests stands still. */
export const NOW: EpochMs = epochMs(1_700_000_000_000);

/** A reply with a body as text, or as what its JSON holds. */
export const reply = (
  status: number,
  body: unknown = '',
  headers: Readonly<Record<string, string>> = {},
): MaybeReply => ({
  status,
  headers,
  body: typeof body === 'string' ? body : JSON.stringify(body),
  at: NOW,
});

/** Asks to the end: what was sent, and the answer. Throws where the replies run out before there is one. */
export const converse = (
  question: Question,
  replies: readonly MaybeReply[],
): { readonly sent: readonly HttpCall[]; readonly answer: Answer } => {
  const sent: HttpCall[] = [];
  for (let count = 0; ; count += 1) {
    const next = question.next(replies.slice(0, count), NOW);
    if ('answer' in next) return { sent, answer: next.answer };
    if (count === replies.length) throw new Error(`no reply left for ${next.send.method} ${next.send.path}`);
    sent.push(next.send);
  }
};

/** The end and the sentence of the fault that this throws. */
export const faultOf = (action: () => unknown): readonly [outcome: string, message: string] => {
  try {
    action();
  } catch (error) {
    if (error instanceof Fault) return [error.outcome, error.message];
    throw error;
  }
  throw new Error('nothing was thrown');
};
