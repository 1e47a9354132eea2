import * as z from 'zod';
import type { Answer, KeyRecord } from '../../core/answer.ts';
import type { Credential, Question } from '../../core/provider.ts';
import { type Talk, talk } from '../conversation.ts';
import type { Verdict } from '../verdict.ts';
import type { Column } from './meaning.ts';
import { read } from './read.ts';

const Groups = z.record(z.string(), z.array(z.string()));
const Settings = z.object({ readOnly: z.literal([0, 1]), ips: z.array(z.string()), permissions: Groups });
const uid = z.union([z.int(), z.string().regex(/^\d+$/)]).transform(String);

/** What a key says of itself. Account ids and settings may be missing; who it is may not. */
const Key = z.object({
  apiKey: z.string(),
  isMaster: z.boolean(),
  userID: uid.optional().catch(undefined),
  parentUid: uid.optional().catch(undefined),
  type: z.int().optional().catch(undefined),
});

/** A key as `query-api` shows it to itself. */
export interface OwnKey {
  readonly isMaster: boolean;
  readonly userID: string | undefined;
  readonly parentUid: string | undefined;
  /** 2: made for a third-party application. */
  readonly type: number | undefined;
  readonly record: KeyRecord | undefined;
}

const OwnKey = z.unknown().transform((value, context): OwnKey & { readonly apiKey: string } => {
  const key = Key.safeParse(value);
  if (key.success) return { record: Settings.safeParse(value).data, ...withAll(key.data) };
  context.addIssue({ code: 'custom', message: 'wanted a key' });
  return z.NEVER;
});

const withAll = ({ apiKey, isMaster, userID, parentUid, type }: z.output<typeof Key>) => ({
  apiKey,
  isMaster,
  userID,
  parentUid,
  type,
});

interface Inspection extends Pick<Question, 'as' | 'host' | 'seenBy'> {
  readonly credential: Credential;
  readonly column: Column;
  /** What its own description adds to "alive". */
  readonly judge: (key: OwnKey) => Partial<Verdict>;
}

function* inspect({ credential, host, column, judge }: Inspection): Talk<Answer> {
  const said = yield* read({ credential, host, path: '/v5/user/query-api', column, result: OwnKey });
  if ('answer' in said) return said.answer;
  const { apiKey, ...key } = said.result;
  if (apiKey !== credential.keyId) return { saw: 'silent', ends: 'retry/unrecognised', code: 'another key' };
  return { saw: 'alive', code: '0', ...judge(key) };
}

/**
 * Asks a key about itself; any key may, whatever its permissions.
 * https://bybit-exchange.github.io/docs/v5/user/apikey-info
 */
export const queryApi = (inspection: Inspection): Question => ({
  asked: 'query-api',
  as: inspection.as,
  host: inspection.host,
  seenBy: inspection.seenBy,
  next: talk(() => inspect(inspection)),
});
