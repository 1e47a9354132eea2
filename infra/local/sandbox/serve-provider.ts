import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { setTimeout as wait } from 'node:timers/promises';
import type { Change, Exchange } from './exchange.ts';
import { createFaults, type Faults } from './faults.ts';
import type { KeyStore } from './key-store.ts';
import { openCounter } from './open-counter.ts';
import type { Arrived, ProviderSide, StoredKey } from './provider-side.ts';
import { sendHalf, sendWhole } from './send-reply.ts';

export interface SandboxOptions {
  /** @default 0, any free port */
  readonly port?: number;
  /** The provider's clock, epoch milliseconds. @default Date.now */
  readonly now?: () => number;
  /** Waits out the fault `delay`. @default a real timer */
  readonly sleep?: (ms: number) => Promise<unknown>;
  /** Serves requests whose `Host` is none of the provider's. @default none: they get a 404 page */
  readonly defaultWorld?: string;
  /** Whether the provider's rate limits hold. @default true */
  readonly isLimited?: boolean;
}

/** A provider on a loopback port, one world of keys per host name in `Host`. */
export interface Sandbox {
  /** `http://127.0.0.1:<port>` */
  readonly url: string;
  /** Every request received so far, in order of arrival. */
  readonly record: readonly Exchange[];
  /** Every mutation by request that really happened, in order; changes by hand are not among them. */
  readonly applied: () => readonly Change[];
  /** Whether the provider still has the key; an expired one it has. */
  readonly isAlive: (world: string, keyId: string) => boolean;
  readonly faults: Faults;
  readonly close: () => Promise<void>;
}

const arrive = (message: IncomingMessage, body: Buffer, world: string, at: number): Arrived => {
  const target = message.url ?? '/';
  const [path = '', ...query] = target.split('?');
  const header = (name: string) => {
    const value = message.headers[name];
    return Array.isArray(value) ? value.join(', ') : value;
  };
  return {
    at,
    method: message.method ?? '',
    host: hostOf(message),
    world,
    target,
    path,
    query: query.join('?'),
    header,
    body,
  };
};

const hostOf = (message: IncomingMessage): string => (message.headers.host ?? '').toLowerCase().replace(/:\d+$/, '');

/** Puts a provider's rules behind a loopback port, with faults and a record of what was received and applied. */
export const serveProvider = async <K extends StoredKey>(
  side: ProviderSide<K>,
  store: KeyStore<K>,
  { port = 0, now = Date.now, sleep = (ms) => wait(ms, undefined, { ref: false }), defaultWorld }: SandboxOptions,
): Promise<Sandbox> => {
  const faults = createFaults();
  const counter = openCounter({ side, store, faults, now });

  const handle = async (message: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await buffer(message).catch(() => undefined);
    if (!body) return; // a client that leaves before its request is whole has asked nothing
    const world = side.worlds[hostOf(message)] ?? defaultWorld ?? '';
    const sending = counter.receive(arrive(message, body, world, now()));
    if (sending.how === 'silent') return;
    if (sending.how === 'broken') return void response.destroy();
    if (sending.how === 'half') return sendHalf(response, sending.reply, now());
    if (sending.afterMs) await sleep(sending.afterMs);
    sendWhole(response, sending.reply, now());
  };

  const server = createServer((message, response) => void handle(message, response));
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(port, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    record: counter.record,
    applied: counter.applied,
    isAlive: (world, keyId) => {
      counter.settle();
      return store.has(world, keyId) && store.get(world, keyId).alive;
    },
    faults,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
};
