import { createHash, timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { framed, POLICY } from './frame.ts';
import type { Watch } from './watch.ts';

/** Only programs of this machine reach it. */
const HOST = '127.0.0.1';

/** A browser takes some, and each open page keeps one. */
const MOST_CONNECTIONS = 50;

const HEADERS = {
  'content-security-policy': POLICY,
  'cache-control': 'no-store',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'cross-origin-resource-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
};

/** The console, while it runs. */
export interface RunningConsole {
  /** With the token: a program of this machine that has it sees the page. */
  readonly url: string;
  /** Ends every connection. */
  close(): Promise<void>;
}

interface Options {
  /** 0: a free port. */
  readonly port: number;
  /** At least 128 random bits, as it stands in a path. */
  readonly token: string;
}

const digestOf = (text: string): Buffer => createHash('sha256').update(text).digest();

const isSame = (given: string, wanted: string): boolean => timingSafeEqual(digestOf(given), digestOf(wanted));

/** A page elsewhere may have its own name point to this machine: such a request has that name as its host. */
const isForHere = ({ headers: { host = '' } }: IncomingMessage, port: number): boolean =>
  [`${HOST}:${port}`, `localhost:${port}`].includes(host);

const refuse = (response: ServerResponse, status: number): void => {
  response.writeHead(status, HEADERS).end();
};

const sendPage = async (response: ServerResponse, watch: Watch): Promise<void> => {
  const page = framed(await watch.latest());
  response.writeHead(200, { ...HEADERS, 'content-type': 'text/html; charset=utf-8' }).end(page);
};

/** Server-sent events: each one is what the page shows from now on, as a JSON text. */
const sendEvents = (response: ServerResponse, watch: Watch): void => {
  response.writeHead(200, { ...HEADERS, 'content-type': 'text/event-stream' });
  response.flushHeaders();
  const end = watch.follow((page) => {
    // A browser that does not read would have every page kept for it. It connects again by itself.
    if (response.writableNeedDrain) response.destroy();
    else response.write(`data: ${JSON.stringify(page)}\n\n`);
  });
  response.once('close', end);
};

/**
 * Serves the page on 127.0.0.1. It answers reads only, for this machine's names, under the token's path; everything else gets a status and
 * nothing more.
 *
 * @throws the error of `listen`, such as EADDRINUSE
 */
export const serveConsole = async ({ port: wanted, token }: Options, watch: Watch): Promise<RunningConsole> => {
  const server = createServer(async (request, response) => {
    const { port } = server.address() as AddressInfo;
    if (!isForHere(request, port)) return refuse(response, 421);
    const [, given = '', place, ...more] = (request.url ?? '').split('/');
    if (!isSame(given, token)) return refuse(response, 403);
    if (request.method !== 'GET') return refuse(response, 405);
    if (more.length > 0) return refuse(response, 404);
    if (place === '') return sendPage(response, watch);
    if (place === 'events') return sendEvents(response, watch);
    return refuse(response, 404);
  });
  server.maxConnections = MOST_CONNECTIONS;
  server.listen(wanted, HOST);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://${HOST}:${port}/${token}/`,
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
};
