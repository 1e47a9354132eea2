import { once } from 'node:events';
import http, { type ClientRequest, type IncomingMessage } from 'node:http';
import https from 'node:https';
import type { Socket } from 'node:net';
import type { Clock, EpochMs } from '../../core/epoch.ts';
import type { Ports } from '../../core/ports.ts';
import type { Connection, HttpCall, MaybeReply, Reply } from '../../core/provider.ts';
import { Secret } from '../../core/secret.ts';
import { baseUrlVariable, loopbackUrl, socketHost } from './loopback.ts';
import { openConnection, type WaitingConnection } from './waiting-connection.ts';

/** The longest body that is read, in bytes; a whole list of keys has some 50 kB. */
const MAX_BODY_BYTES = 1_048_576;

/** A socket that rested longer may have been closed by the other side while this process was frozen. */
const FRESH_MS = 4_000;

export interface SendOptions {
  readonly clock: Clock;
  /** What one exchange may take, from connecting to the last byte, in milliseconds. */
  readonly exchangeMs: number;
  /** Loopback URLs that stand in for a provider, with the environment's host in `Host`. */
  readonly baseUrls: Readonly<Record<string, string>>;
}

interface Agents {
  readonly http: http.Agent;
  readonly https: https.Agent;
}

const keepAlive = { keepAlive: true, maxFreeSockets: 4 };
const makeAgents = (): Agents => ({
  http: new http.Agent(keepAlive),
  https: new https.Agent(keepAlive),
});

const dropIdle = (agents: Agents): void => {
  const idle = [agents.http, agents.https].flatMap(({ freeSockets }) => Object.values(freeSockets).flat());
  for (const socket of idle) socket?.destroy();
};

const textOf = ({ method, body }: HttpCall): string | undefined => {
  if (body === undefined) return method === 'POST' ? '' : undefined;
  return body instanceof Secret ? body.reveal() : body;
};

/** Forbids every cache on the way to answer a read. Not signed by any provider. */
const UNCACHED = { 'cache-control': 'no-cache, no-store', pragma: 'no-cache' };

const headersOf = (call: HttpCall): Record<string, string | number> => {
  // Some firewalls in front of APIs refuse a request that does not name its client.
  const all = { 'user-agent': 'key-revoker', ...(call.changes ? {} : UNCACHED), ...call.headers.reveal() };
  const body = textOf(call);
  if (body !== undefined) return { ...all, 'content-length': Buffer.byteLength(body) };
  return Object.fromEntries(Object.entries(all).filter(([name]) => name.toLowerCase() !== 'content-type'));
};

interface Way {
  readonly base: URL | undefined;
  readonly agents: Agents;
  readonly signal: AbortSignal;
  /** The connection that was opened ahead for the call. */
  readonly socket: Socket | undefined;
}

/**
 * A call that changes something gets its own connection: if a connection was reset while it was idle, nobody can tell whether the request
 * got out. A probe gets one if it may prove a death: another node may answer. Without an agent Node asks DNS for each connection.
 */
const open = (call: HttpCall, { base, agents, signal, socket }: Way): ClientRequest => {
  const { method, path, host, changes, ownConnection } = call;
  const over = <T>(agent: T) => {
    if (socket !== undefined) return { createConnection: () => socket };
    return { agent: changes || ownConnection ? false : agent } as const;
  };
  const request = { method, path, signal, headers: headersOf(call) };
  if (base === undefined) return https.request({ ...request, host, ...over(agents.https), rejectUnauthorized: true });
  const at = { host: socketHost(base), port: base.port };
  return http.request({ ...request, ...at, headers: { ...request.headers, host }, ...over(agents.http) });
};

const bodyOf = async (response: IncomingMessage): Promise<string | undefined> => {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_BODY_BYTES) return undefined; // leaving the loop closes the connection
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
};

const textual = (headers: IncomingMessage['headers']): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value ?? ''].flat().join(', ')]));

const exchange = async (call: HttpCall, way: Way): Promise<Omit<Reply, 'at'> | undefined> => {
  const request = open(call, way);
  request.on('error', () => {}); // one that comes after the response would end the process otherwise
  let address: string | undefined;
  request.once('response', ({ socket }) => {
    address = socket.remoteAddress; // read at once: a closed socket no longer reports it
  });
  request.end(textOf(call));
  // The signal once more, since a request whose connection changes its protocol ends without any event.
  const [response] = (await once(request, 'response', { signal: way.signal })) as [IncomingMessage];
  const body = await bodyOf(response);
  if (body === undefined) return undefined;
  const reply = { status: response.statusCode ?? 0, headers: textual(response.headers), body };
  return address === undefined ? reply : { ...reply, address };
};

/**
 * Makes the ports that open a connection ahead, and that send one call, once, and follow no redirect. A reply that is late, broken off, or
 * longer than 1 MiB is none.
 *
 * @throws Error at once where a base URL is not this machine's
 */
export const sendOver = ({
  clock,
  exchangeMs,
  baseUrls,
}: SendOptions): Pick<Ports, 'send'> & Required<Pick<Ports, 'connect'>> => {
  const waiting = new WeakMap<Connection, WaitingConnection>();
  const bases = new Map(Object.entries(baseUrls).map(([name, url]) => [name, loopbackUrl(baseUrlVariable(name), url)]));
  const agents = makeAgents();
  let lastUse = clock.now();
  const connect: NonNullable<Ports['connect']> = ({ provider, host }) => {
    const connection = openConnection(clock, host, bases.get(provider));
    waiting.set(connection, connection);
    return connection;
  };
  const send = async (call: HttpCall, until: EpochMs): Promise<MaybeReply> => {
    const ms = Math.ceil(Math.min(exchangeMs, until - clock.now())); // a timer takes no fraction
    if (ms <= 0) return undefined;
    if (clock.now() - lastUse > FRESH_MS) dropIdle(agents);
    lastUse = clock.now();
    try {
      const socket = call.connection && waiting.get(call.connection)?.take();
      const way = { base: bases.get(call.provider), agents, signal: AbortSignal.timeout(ms), socket };
      const reply = await exchange(call, way);
      return reply && { ...reply, at: clock.now() };
    } catch {
      return undefined; // nothing of the error is kept: it may hold what was sent
    }
  };
  return { send, connect };
};
