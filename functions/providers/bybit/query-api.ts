import * as z from 'zod';
import type { Answer } from '../../core/answer.ts';
import type { Credential, Question } from '../../core/provider.ts';
import { type Talk, talk } from '../conversation.ts';
import { type ReplyMeaning, silent } from '../reply-meaning.ts';
import type { Column } from '../reply-table.ts';
import { READ_SETTINGS, read, recordOf } from './key-record.ts';
import type { BybitRecord } from './settings.ts';

const uid = z.union([z.int(), z.string().regex(/^\d+$/)]).transform(String);

/** What a key says of itself. Account ids and settings may be missing, but not the key's identifier. */
const Key = z.object({
  apiKey: z.string(),
  isMaster: z.boolean(),
  userID: uid.optional().catch(undefined),
  parentUid: uid.optional().catch(undefined),
  type: z.int().optional().catch(undefined),
  readOnly: z.literal([0, 1]).optional().catch(undefined),
  ...READ_SETTINGS,
});

/** A key as `query-api` shows it to itself. */
export interface OwnKey {
  readonly isMaster: boolean;
  readonly userID: string | undefined;
  readonly parentUid: string | undefined;
  /** 2: made for a third-party application. */
  readonly type: number | undefined;
  readonly record: BybitRecord | undefined;
}

interface Inspection extends Pick<Question, 'as' | 'host' | 'questionId'> {
  readonly credential: Credential;
  readonly column: Column;
  /** What the key's own description adds to "alive". */
  readonly judge: (key: OwnKey) => Partial<ReplyMeaning>;
}

function* inspect({ credential, host, column, judge }: Inspection): Talk<Answer> {
  const said = yield* read({ credential, host, path: '/v5/user/query-api', column, result: Key });
  if ('answer' in said) return said.answer;
  const { apiKey, isMaster, userID, parentUid, type, readOnly, ...settings } = said.result;
  if (apiKey !== credential.keyId) return { ...silent({ wait: 'unrecognised' }), code: 'another key' };
  const record = recordOf(readOnly, settings);
  return { saw: 'alive', code: '0', ...judge({ isMaster, userID, parentUid, type, record }) };
}

/**
 * Asks a key about itself. No permission is needed.
 * https://bybit-exchange.github.io/docs/v5/user/apikey-info
 */
export const queryApi = (inspection: Inspection): Question => ({
  asked: 'query-api',
  as: inspection.as,
  host: inspection.host,
  questionId: inspection.questionId,
  next: talk(() => inspect(inspection)),
});
