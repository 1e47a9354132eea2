import * as z from 'zod';
import type { Answer } from '../../core/answer.ts';
import type { Credential, MaybeReply } from '../../core/provider.ts';
import { Secret } from '../../core/secret.ts';
import type { Talk } from '../conversation.ts';
import { silent } from '../reply-meaning.ts';
import type { Column } from '../reply-table.ts';
import { isForbidden, isTooFrequent, meaning, resultIn } from './meaning.ts';
import type { BybitRecord } from './settings.ts';
import { signForBybit } from './sign.ts';

interface Read<T> {
  readonly credential: Credential;
  readonly host: string;
  readonly path: string;
  readonly query?: string;
  readonly column: Column;
  readonly result: z.ZodType<T>;
}

/** Public. So a 403 to it is about our address and not about the key. */
const marketTime = (host: string) =>
  ({
    method: 'GET',
    changes: false,
    provider: 'bybit',
    host,
    path: '/v5/market/time',
    headers: new Secret({}),
  }) as const;

/** A 403 without a reason. If the public read gets a 403 too, Bybit refuses our region. */
const behind = (control: MaybeReply, column: Column): Answer => {
  if (isTooFrequent(control)) return meaning(control, column);
  return {
    ...silent(control?.status === 403 ? { end: 'stuck/region-refused' } : { wait: 'unrecognised' }),
    code: 'HTTP 403',
  };
};

/** One signed read. After a 403 without a reason, one public read follows. */
export function* read<T>({ column, result, ...unsigned }: Read<T>): Talk<{ result: T } | { answer: Answer }> {
  const { credential, host } = unsigned;
  const reply = yield (now) => signForBybit(credential, unsigned, now);
  const found = resultIn(reply, result);
  if (found !== undefined) return { result: found };
  if (!isForbidden(reply)) return { answer: meaning(reply, column) };
  return { answer: behind(yield () => marketTime(host), column) };
}

/** Settings that may be missing in a reply, or that may have an unknown form. */
export const READ_SETTINGS = {
  ips: z.array(z.string()).optional().catch(undefined),
  permissions: z.record(z.string(), z.array(z.string())).optional().catch(undefined),
};

interface ReadSettings {
  readonly ips: readonly string[] | undefined;
  readonly permissions: BybitRecord['permissions'] | undefined;
}

/** A key's settings, if all of them were read. With one missing, it is not known what the key may do. */
export const recordOf = (
  readOnly: 0 | 1 | undefined,
  { ips, permissions }: Partial<ReadSettings>,
): BybitRecord | undefined =>
  readOnly === undefined || ips === undefined || permissions === undefined ? undefined : { readOnly, ips, permissions };
