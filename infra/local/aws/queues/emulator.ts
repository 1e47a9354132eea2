import { buildApp } from 'fauxqs';
import { ACCOUNT } from '../protocol/account.ts';
import type { Call, Reply } from '../protocol/call.ts';

/** SQS and SNS in memory, called without a socket. */
export type Emulator = ReturnType<typeof buildApp>;

export const createEmulator = (): Emulator => buildApp({ logger: false, defaultRegion: ACCOUNT.region });

const FORWARDED = ['content-type', 'x-amz-target', 'authorization', 'host'];

/** Passes a call on; an error of the service is a reply too. */
export const inject = async (app: Emulator, { headers }: Pick<Call, 'headers'>, body: string): Promise<Reply> => {
  const passed = FORWARDED.flatMap((name) =>
    headers[name] === undefined ? [] : [[name, String(headers[name])] as const],
  );
  const reply = await app.inject({ method: 'POST', url: '/', headers: Object.fromEntries(passed), payload: body });
  const type = String(reply.headers['content-type'] ?? 'application/x-amz-json-1.0');
  const error = reply.headers['x-amzn-query-error'];
  const kept = error === undefined ? {} : { 'x-amzn-query-error': String(error) };
  return { status: reply.statusCode, headers: { 'content-type': type, ...kept }, body: reply.body };
};

/** Carries out one operation of SQS for ourselves. */
export const injectSqs = (app: Emulator, action: string, input: object): Promise<Reply> => {
  const headers = { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': `AmazonSQS.${action}` };
  return inject(app, { headers }, JSON.stringify(input));
};
