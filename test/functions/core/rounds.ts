import type { Answer, Saw } from '../../../functions/core/answer.ts';
import { epochMs } from '../../../functions/core/epoch.ts';
import type { AnsweredQuestion } from '../../../functions/core/probe/round-verdict.ts';
import type { Questioner } from '../../../functions/core/provider.ts';

/** Noon of a day without meaning. */
export const NOON = epochMs(Date.UTC(2026, 10, 21, 12));

/** An answer as a provider's table would give it; a silent one is a provider's silence unless told otherwise. */
export const answerOf = (saw: Saw, more: Partial<Answer> = {}): Answer => ({
  saw,
  code: saw === 'silent' ? 'no reply' : '0',
  ...(saw === 'silent' ? { means: { wait: 'no-reply' } } : {}),
  ...more,
});

/** One question with its answer; `by` is what `identified` is kept under. */
export const askedOf = (answer: Answer, as: Questioner = 'self', by: string = as): AnsweredQuestion => ({
  question: { asked: `${as}-question`, as, host: 'api.example.com', questionId: by },
  answer,
  connections: [],
});
