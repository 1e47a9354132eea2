import dns from 'node:dns';
import { once } from 'node:events';
import http, { createServer, type IncomingMessage, type RequestListener } from 'node:http';
import https from 'node:https';
import { type AddressInfo, createServer as createTcpServer, type Server, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import tls from 'node:tls';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { after } from '../../../../functions/core/epoch.ts';
import type { HttpCall } from '../../../../functions/core/provider.ts';
import { Secret } from '../../../../functions/core/secret.ts';
import { sendOver } from '../../../../functions/edge/http/http.ts';
import { frozenClock } from '../frozen-clock.ts';
import { certificateFor } from './certificate-for-test.ts';

const MIB = 1_048_576;
const closing: (() => void)[] = [];

afterEach(() => {
  for (const close of closing.splice(0)) close();
  vi.restoreAllMocks();
});

const listen = async (server: Server): Promise<string> => {
  const sockets = new Set<{ destroy(): void }>();
  server.on('connection', (socket) => sockets.add(socket));
  closing.push(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
};

/** A provider that answers as told, with what it was asked and over how many connections. */
const provider = async (answer: RequestListener = (_request, response) => response.end('{}')) => {
  const requests: IncomingMessage[] = [];
  const sockets: Socket[] = [];
  const seen = { connections: 0, requests, sockets };
  const server = createServer((request, response) => {
    requests.push(request);
    answer(request, response);
  });
  server.on('connection', (socket) => {
    seen.connections += 1;
    sockets.push(socket);
  });
  return { url: await listen(server), seen };
};

const call = (fields: Partial<HttpCall> = {}): HttpCall => ({
  method: 'GET',
  changes: false,
  provider: 'bybit',
  host: 'api.bybit.com',
  path: '/v5/user/query-api?x=%2F1',
  headers: new Secret({ 'X-BAPI-API-KEY': 'CANARY' }),
  ...fields,
});
const post = (body: string) =>
  call({
    method: 'POST',
    changes: true,
    body,
    headers: new Secret({ 'Content-Type': 'application/json', 'X-BAPI-SIGN': 'CANARY' }),
  });

/** `exchangeMs` is short only where the test waits for it to run out. */
const sender = (url: string, exchangeMs = 30_000) => {
  const clock = frozenClock();
  const { send, connect } = sendOver({ clock, exchangeMs, baseUrls: { bybit: url } });
  return { clock, connect, send: (what = call(), ms = 60_000) => send(what, after(clock.now(), ms)) };
};

it('gives status, headers, body and the time of the reply', async () => {
  const { url } = await provider((_request, response) => {
    response.writeHead(403, { 'X-Bapi-Limit': '5', 'Set-Cookie': ['a=1', 'b=2'] }).end('Schlüssel');
  });
  const { clock, send } = sender(url);
  expect(await send()).toMatchObject({
    status: 403,
    headers: { 'x-bapi-limit': '5', 'set-cookie': 'a=1, b=2' },
    body: 'Schlüssel',
    at: clock.now(),
  });
});

it('reads characters whose bytes come in different packets', async () => {
  const body = '€'.repeat(200_000); // three bytes each, so that most packets end inside one
  const { url } = await provider((_request, response) => response.end(body));
  expect((await sender(url).send())?.body).toBe(body);
});

it('asks the provider of the call, in the name of its host', async () => {
  const { url, seen } = await provider();
  await sender(url).send();
  expect(seen.requests[0]).toMatchObject({
    method: 'GET',
    url: '/v5/user/query-api?x=%2F1',
    headers: { host: 'api.bybit.com', 'x-bapi-api-key': 'CANARY', 'user-agent': 'key-revoker' },
  });
});

it('sends the bytes of a body as they are signed, with their length', async () => {
  let received = '';
  const { url, seen } = await provider(async (request, response) => {
    received = await text(request);
    response.end();
  });
  await sender(url).send(post('{"note":"ü"}'));
  expect(received).toBe('{"note":"ü"}');
  expect(seen.requests[0]?.headers).toMatchObject({ 'content-length': '13', 'content-type': 'application/json' });
});

it('sends a length with an empty body', async () => {
  const { url, seen } = await provider();
  const { body: _none, ...bare } = post('');
  await sender(url).send(bare);
  expect(seen.requests[0]?.headers['content-length']).toBe('0');
});

it.each(['GET', 'DELETE'] as const)('sends no body with %s, and nothing that speaks of one', async (method) => {
  let received = '';
  const answer = 'HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n';
  const url = await listen(
    createTcpServer((socket) => {
      socket.on('data', (bytes) => {
        received += bytes.toString();
        if (received.includes('\r\n\r\n')) socket.end(answer);
      });
    }),
  );
  const headers = new Secret({ 'Content-Type': 'application/json', 'X-BAPI-SIGN': 'CANARY' });
  expect(await sender(url).send(call({ method, headers }))).toMatchObject({ status: 204, body: '' });
  expect(received).toMatch(/\r\n\r\n$/);
  expect(received).not.toMatch(/^(content-|transfer-encoding)/im);
});

it.each([
  ['a text', '{"a":"ü"}'],
  ['a secret', new Secret('{"a":"ü"}')],
])('sends %s as the body of any method', async (_what, body) => {
  let received = '';
  const { url, seen } = await provider(async (request, response) => {
    received = await text(request);
    response.end();
  });
  await sender(url).send(call({ method: 'DELETE', changes: true, body }));
  expect(seen.requests[0]).toMatchObject({ method: 'DELETE', headers: { 'content-length': '10' } });
  expect(received).toBe('{"a":"ü"}');
});

it('takes a redirect for the reply', async () => {
  const { url, seen } = await provider((_request, response) => response.writeHead(302, { Location: '/' }).end());
  expect(await sender(url).send()).toMatchObject({ status: 302, headers: { location: '/' } });
  expect(seen.requests).toHaveLength(1);
});

it('reads a body of 1 MiB whole', async () => {
  const { url } = await provider((_request, response) => response.end('x'.repeat(MIB)));
  expect((await sender(url).send())?.body).toHaveLength(MIB);
});

it.each<[string, RequestListener]>([
  ['the body is longer than 1 MiB', (_request, response) => response.end('x'.repeat(MIB + 1))],
  [
    'the body has no end',
    (_request, response) => {
      const chunk = 'x'.repeat(65_536);
      const more = (): void => {
        if (!response.destroyed) response.write(chunk, more);
      };
      more();
    },
  ],
  ['the connection is reset before the reply', (request) => request.socket.resetAndDestroy()],
  ['the connection is closed before the reply', (request) => request.socket.end()],
  [
    'the body is shorter than its length',
    (request, response) => {
      response.writeHead(200, { 'Content-Length': 100 }).write('{"retCode":0}', () => request.socket.end());
    },
  ],
  [
    'the connection is reset inside the body',
    (request, response) => {
      response.writeHead(200, { 'Content-Length': 100 }).write('{"retCode":0}', () => request.socket.resetAndDestroy());
    },
  ],
  [
    'a chunked body has no last chunk',
    (request, response) => {
      response.write('{"retCode":0}', () => request.socket.end());
    },
  ],
  ['the headers have no end', (_request, response) => response.writeHead(200, { long: 'x'.repeat(40_000) }).end()],
])('has no reply where %s, and does not ask again', async (_what, answer) => {
  const { url, seen } = await provider(answer);
  expect(await sender(url).send()).toBeUndefined();
  expect(seen.requests).toHaveLength(1);
});

it.each<[string, RequestListener]>([
  ['never answers', () => {}],
  [
    'wants another protocol',
    (request) => request.socket.end('HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n'),
  ],
  [
    'stops inside the body',
    (_request, response) => {
      response.writeHead(200).write('{');
    },
  ],
  [
    'sends the body byte by byte for ever',
    (_request, response) => {
      const drip = (): void => {
        if (!response.destroyed) response.write('x', () => setImmediate(drip));
      };
      drip();
    },
  ],
])('gives up on a provider that %s', async (_what, answer) => {
  const { url, seen } = await provider(answer);
  expect(await sender(url, 150).send()).toBeUndefined();
  expect(seen.requests).toHaveLength(1);
});

it('gives up at the instant that it is given, were the exchange to have longer', async () => {
  const { url } = await provider(() => {});
  expect(await sender(url).send(call(), 150)).toBeUndefined();
});

it.each([0, -1])('sends nothing with %d ms left', async (ms) => {
  const { url, seen } = await provider();
  expect(await sender(url).send(call(), ms)).toBeUndefined();
  expect(seen.connections).toBe(0);
});

it('takes an instant between two milliseconds', async () => {
  const { url } = await provider();
  expect(await sender(url).send(call(), 1_000.5)).toMatchObject({ status: 200 });
});

it('has no reply from what does not speak HTTP', async () => {
  const url = await listen(createTcpServer((socket) => socket.end('CANARY\r\n\r\n')));
  expect(await sender(url).send()).toBeUndefined();
});

it('has no reply where nobody listens', async () => {
  const server = createTcpServer();
  const url = await listen(server);
  server.close();
  await once(server, 'close');
  expect(await sender(url).send()).toBeUndefined();
});

it.each([
  ['a header that is none', { headers: new Secret({ 'X-BAPI-SIGN': 'a\r\nb' }) }],
  ['a path that is none', { path: '/v5 user' }],
])('sends nothing and does not reject with %s', async (_what, fields) => {
  const { url, seen } = await provider();
  expect(await sender(url).send(call(fields))).toBeUndefined();
  expect(seen.requests).toHaveLength(0);
});

it('keeps the connection between probes', async () => {
  const { url, seen } = await provider();
  const { send } = sender(url);
  await send();
  await send();
  expect(seen).toMatchObject({ connections: 1, requests: { length: 2 } });
});

it.each([post('{}'), call({ method: 'DELETE', changes: true })])(
  'opens a connection of its own for $method',
  async (mutating) => {
    const { url, seen } = await provider();
    const { send } = sender(url);
    await send();
    await send(mutating);
    expect(seen.connections).toBe(2);
    expect(seen.requests[1]?.headers.connection).toBe('close');
  },
);

it('opens a connection of its own for each probe that asks for one, and keeps the shared one', async () => {
  const { url, seen } = await provider();
  const { send } = sender(url);
  await send();
  await send(call({ ownConnection: true }));
  await send(call({ ownConnection: true }));
  await send();
  expect(seen.connections).toBe(3);
  expect(seen.requests.map(({ headers }) => headers.connection)).toEqual([
    'keep-alive',
    'close',
    'close',
    'keep-alive',
  ]);
});

it('opens a connection for each of five probes at once', async () => {
  const waiting: (() => void)[] = [];
  const { url, seen } = await provider((_request, response) => {
    waiting.push(() => response.end('{}'));
    if (waiting.length === 5) for (const answer of waiting) answer();
  });
  const { send } = sender(url);
  await Promise.all(Array.from({ length: 5 }, () => send(call({ ownConnection: true }))));
  expect(seen.connections).toBe(5);
});

it('asks DNS again for each connection of its own', async () => {
  const { url } = await provider();
  const asked = vi.spyOn(dns, 'lookup');
  const { send } = sender(url.replace('127.0.0.1', 'localhost'));
  await send();
  await send();
  expect(asked).toHaveBeenCalledTimes(1);
  for (const times of [2, 3]) {
    await send(call({ ownConnection: true }));
    expect(asked).toHaveBeenCalledTimes(times);
  }
  expect(asked.mock.calls.map(([name]) => name)).toEqual(['localhost', 'localhost', 'localhost']);
});

it.each([{ ownConnection: true } as const, {}])('tells the remote address of the connection, with %j', async (how) => {
  const { url } = await provider();
  const { send } = sender(url);
  expect(await send(call(how))).toMatchObject({ address: '127.0.0.1' });
  expect(await send(call(how))).toMatchObject({ address: '127.0.0.1' });
});

it.each([
  ['a probe', call(), { 'cache-control': 'no-cache, no-store', pragma: 'no-cache' }],
  ['a probe over its own connection', call({ ownConnection: true }), { 'cache-control': 'no-cache, no-store' }],
])('forbids caches to answer %s', async (_what, what, headers) => {
  const { url, seen } = await provider();
  await sender(url).send(what);
  expect(seen.requests[0]?.headers).toMatchObject(headers);
});

it('adds nothing about caches to a call', async () => {
  const { url, seen } = await provider();
  await sender(url).send(post('{}'));
  expect(seen.requests[0]?.headers).not.toHaveProperty('cache-control');
  expect(seen.requests[0]?.headers).not.toHaveProperty('pragma');
});

it('does not trust a connection that has rested', async () => {
  const { url, seen } = await provider();
  const { clock, send } = sender(url);
  await send();
  clock.forward(4_001);
  await send();
  expect(seen.connections).toBe(2);
});

it('speaks TLS to the host of the call, verified, where no base URL stands in', async () => {
  const { url } = await provider();
  const asked = vi
    .spyOn(https, 'request')
    .mockImplementation(((_options: https.RequestOptions) => http.request(url)) as typeof https.request);
  const clock = frozenClock();
  const { send } = sendOver({ clock, exchangeMs: 30_000, baseUrls: { kalshi: 'http://127.0.0.1:1' } });
  expect((await send(call(), after(clock.now(), 1_000)))?.status).toBe(200);
  const options = asked.mock.calls[0]?.[0] as unknown as https.RequestOptions;
  expect(options).toMatchObject({ host: 'api.bybit.com', path: '/v5/user/query-api?x=%2F1', rejectUnauthorized: true });
  expect(options.headers).not.toHaveProperty('host');
  expect(options.port).toBeUndefined();
});

/** A provider behind TLS. What is asked of its host comes here. */
const tlsProvider = async () => {
  const { key, cert } = certificateFor('api.bybit.com');
  const seen = { connections: 0, resumed: 0 };
  const server = https.createServer({ key, cert }, (_request, response) => response.end('{}'));
  server.on('secureConnection', (socket) => {
    seen.connections += 1;
    seen.resumed += Number(socket.isSessionReused());
  });
  const { port } = new URL(await listen(server));
  const { request } = https;
  vi.spyOn(https, 'request').mockImplementation(((options: https.RequestOptions) =>
    request({
      ...options,
      host: '127.0.0.1',
      port,
      servername: String(options.host),
      ca: cert,
    })) as typeof https.request);
  const clock = frozenClock();
  const { connect: connectTls } = tls;
  const opened = vi
    .spyOn(tls, 'connect')
    .mockImplementation(((options: tls.ConnectionOptions, ...rest: never[]) =>
      connectTls({ ...options, host: '127.0.0.1', port: Number(port), ca: cert }, ...rest)) as typeof tls.connect);
  const { send, connect } = sendOver({ clock, exchangeMs: 30_000, baseUrls: {} });
  return { seen, opened, connect, send: (how: Partial<HttpCall> = {}) => send(call(how), after(clock.now(), 30_000)) };
};

it('makes a whole TLS handshake for each connection of its own, and none for a shared one', async () => {
  const { seen, send } = await tlsProvider();
  await send();
  expect(await send()).toMatchObject({ status: 200, address: '127.0.0.1' });
  expect(seen).toEqual({ connections: 1, resumed: 0 });
  expect(await send({ ownConnection: true })).toMatchObject({ status: 200, address: '127.0.0.1' });
  await send({ ownConnection: true });
  expect(seen).toEqual({ connections: 3, resumed: 0 });
});

it('does not start with a base URL that is not this machine', () => {
  const clock = frozenClock();
  expect(() => sendOver({ clock, exchangeMs: 1, baseUrls: { requesty: 'http://example.com' } })).toThrow(
    'Cannot use REQUESTY_BASE_URL',
  );
});

describe('a connection that was opened ahead', () => {
  const kill = (fields: Partial<HttpCall>) => ({ ...post('{}'), ...fields });
  const opened = async () => {
    const { url, seen } = await provider();
    const { clock, connect, send } = sender(url);
    const connection = connect(call());
    await vi.waitFor(() => expect(seen.connections).toBe(1));
    return { clock, seen, connection, send };
  };

  it('is used by its call, once', async () => {
    const { seen, connection, send } = await opened();
    expect(await send(kill({ connection }))).toMatchObject({ status: 200, address: '127.0.0.1' });
    expect(seen.connections).toBe(1);
    expect(await send(kill({ connection }))).toMatchObject({ status: 200 });
    expect(seen.connections).toBe(2);
  });

  it('may still be on its way when its call is ready', async () => {
    const { url, seen } = await provider();
    const { connect, send } = sender(url);
    expect(await send(kill({ connection: connect(call()) }))).toMatchObject({ status: 200 });
    expect(seen.connections).toBe(1);
  });

  it.each<[string, (opened: { clock: ReturnType<typeof frozenClock>; connection: { close(): void } }) => void]>([
    ['has waited for longer than two seconds', ({ clock }) => clock.forward(2_001)],
    ['was closed', ({ connection }) => connection.close()],
  ])('is not used where it %s: the call opens its own', async (_how, happen) => {
    const { seen, ...all } = await opened();
    happen(all);
    expect(await all.send(kill({ connection: all.connection }))).toMatchObject({ status: 200 });
    expect(seen.connections).toBe(2);
  });

  it('is not used where the provider has closed it', async () => {
    const { url, seen } = await provider();
    const { connect, send } = sender(url);
    const connection = connect(call());
    await vi.waitFor(() => expect(seen.connections).toBe(1));
    seen.sockets[0]?.destroy();
    await vi.waitFor(() => expect(connection).toMatchObject({ isOpen: false }));
    expect(await send(kill({ connection }))).toMatchObject({ status: 200 });
    expect(seen.connections).toBe(2);
  });

  it('keeps its call when it is closed afterwards', async () => {
    const { connection, send } = await opened();
    const sent = send(kill({ connection }));
    connection.close();
    expect(await sent).toMatchObject({ status: 200 });
  });

  it('does not fail where the provider cannot be reached', async () => {
    const { connect, send } = sender('http://127.0.0.1:9');
    const connection = connect(call());
    await vi.waitFor(() => expect(connection).toMatchObject({ isOpen: false }));
    expect(await send(kill({ connection }))).toBeUndefined();
  });

  it('speaks TLS to the host of the call, verified', async () => {
    const { seen, opened: asked, connect, send } = await tlsProvider();
    const connection = connect(call());
    expect(await send(kill({ connection }))).toMatchObject({ status: 200, address: '127.0.0.1' });
    expect(seen).toEqual({ connections: 1, resumed: 0 });
    expect(asked.mock.calls[0]?.[0]).toMatchObject({
      ...{ host: 'api.bybit.com', servername: 'api.bybit.com', port: 443, rejectUnauthorized: true },
    });
  });
});
