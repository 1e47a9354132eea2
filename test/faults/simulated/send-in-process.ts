import { after, type Clock, type EpochMs, earlier } from '../../../functions/core/epoch.ts';
import type { HttpCall, MaybeReply } from '../../../functions/core/provider.ts';
import type { Reply } from '../../../infra/local/sandbox/provider-side.ts';
import type { InProcess } from './serve-in-process.ts';

/** The way there and back together. */
const WAY_MS = 40;

/** Of the provider: one for documentation (RFC 5737). */
const ADDRESS = '203.0.113.7';

const lowerCased = (headers: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));

/** What a call without a body says of one does not reach the provider. */
const headersOf = ({ method, headers, body }: HttpCall): Record<string, string> => {
  const { 'content-type': type, ...rest } = lowerCased(headers.reveal());
  const hasBody = method === 'POST' || body !== undefined;
  return hasBody && type !== undefined ? { ...rest, 'content-type': type } : rest;
};

const replyOf = ({ status, headers = {}, body }: Reply, at: EpochMs): MaybeReply => ({
  status,
  headers: { date: new Date(at).toUTCString(), ...lowerCased(headers) },
  body: status === 204 ? '' : body,
  at,
  address: ADDRESS,
});

/** The port `send` against a sandbox in this process; what the wire would do, the clock does. */
export const sendInProcess =
  (sandbox: InProcess, clock: Clock) =>
  async (call: HttpCall, until: EpochMs): Promise<MaybeReply> => {
    const { method, host, path: target, body = '' } = call;
    const headers = headersOf(call);
    const [path = '', ...query] = target.split('?');
    const sending = sandbox.receive({
      at: clock.now(),
      method,
      host,
      world: sandbox.worldOf(host),
      target,
      path,
      query: query.join('?'),
      header: (name) => headers[name.toLowerCase()],
      body: Buffer.from(typeof body === 'string' ? body : body.reveal()),
    });
    const wait = sending.how === 'silent' ? Number.POSITIVE_INFINITY : WAY_MS;
    const extra = sending.how === 'whole' ? (sending.afterMs ?? 0) : 0;
    const comesAt = after(clock.now(), wait + extra);
    await clock.until(earlier(comesAt, until));
    return sending.how === 'whole' && comesAt <= until ? replyOf(sending.reply, clock.now()) : undefined;
  };
