import { createHmac, verify } from 'node:crypto';
import { CANNED_PAGE } from '../canned-page.ts';
import type { Arrived, Reply } from '../provider-side.ts';
import { type BybitKey, isExpired, isUnbound } from './bybit-key.ts';
import { envelope } from './envelope.ts';

/** The signature as it has to be: lower-case hex for HMAC, standard base64 of RSASSA-PKCS1-v1_5 for RSA (docs/v5/guide). */
const isSignedBy = ({ verifier }: BybitKey, message: Buffer, signature: string): boolean => {
  if ('hmac' in verifier) return createHmac('sha256', verifier.hmac).update(message).digest('hex') === signature;
  const bytes = Buffer.from(signature, 'base64');
  return bytes.toString('base64') === signature && verify('sha256', message, verifier.rsa, bytes);
};

interface Signed {
  readonly apiKey: string;
  readonly timestamp: string;
  readonly signature: string;
  /** Milliseconds; the documented 5000 where the header is absent. */
  readonly window: string;
  /** What stands for the window in the signed text; without the header, "5000" or nothing (unconfirmed: either will do). */
  readonly signedWindows: readonly string[];
}

const signedIn = ({ header }: Arrived): Signed | undefined => {
  const [apiKey, timestamp, signature] = ['x-bapi-api-key', 'x-bapi-timestamp', 'x-bapi-sign'].map(header);
  if (!apiKey || !timestamp || !signature) return undefined;
  const sent = header('x-bapi-recv-window');
  const window = sent ?? '5000';
  return { apiKey, timestamp, signature, window, signedWindows: sent === undefined ? [window, ''] : [window] };
};

const isTimely = ({ timestamp, window }: Signed, at: number): boolean =>
  /^\d+$/.test(timestamp) && /^\d+$/.test(window) && at - Number(window) <= +timestamp && +timestamp < at + 1000;

const isWellSigned = (
  key: BybitKey,
  { apiKey, timestamp, signedWindows, signature }: Signed,
  content: Buffer,
): boolean =>
  signedWindows.some((ms) =>
    isSignedBy(key, Buffer.concat([Buffer.from(timestamp + apiKey + ms), content]), signature),
  );

/**
 * Finds the key that signed the exact bytes of a request, or the reply that refuses it.
 *
 * @param sourceAddress where the request comes from, for keys that are bound to addresses.
 */
export const authenticate = (
  request: Arrived,
  keys: readonly BybitKey[],
  sourceAddress: string,
): { readonly signer: BybitKey } | { readonly refusal: Reply } => {
  const refuse = (code: number, detail?: string) => ({ refusal: envelope(request.at, code, detail) });
  const isGet = request.method === 'GET';
  if (isGet && request.body.length > 0) return { refusal: CANNED_PAGE.forbidden };
  const signed = signedIn(request);
  if (!signed) return { refusal: { status: 401, headers: { 'content-type': 'text/plain' }, body: '' } };
  const { apiKey, timestamp, window } = signed;
  if (!isTimely(signed, request.at)) {
    return refuse(10002, ` req_timestamp[${timestamp}],server_timestamp[${request.at}],recv_window[${window}]`);
  }
  const signer = keys.find((key) => key.world === request.world && key.keyId === apiKey);
  if (!signer) return refuse(10003);
  const content = isGet ? Buffer.from(request.query) : request.body;
  if (!isWellSigned(signer, signed, content)) {
    return refuse(10004, ` origin_string[${timestamp}${apiKey}${window}${content.toString()}]`);
  }
  if (isExpired(signer, request.at)) return refuse(33004);
  const isElsewhere = !isUnbound(signer.ips) && !signer.ips.includes(sourceAddress);
  return isElsewhere ? refuse(10010) : { signer };
};
