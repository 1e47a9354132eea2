import { once } from 'node:events';
import { connect } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { serveConsole } from '../../../../functions/operator/console/serve-console.ts';

/** Larger than what the sockets of both ends hold. */
const PAGE = 'x'.repeat(8_000_000);

it('lets go of a browser that does not read', async () => {
  const followers = new Set<(page: string) => void>();
  const watch = {
    latest: async () => PAGE,
    follow: (changed: (page: string) => void) => {
      followers.add(changed);
      return () => void followers.delete(changed);
    },
  };
  const { url, close } = await serveConsole({ port: 0, token: 'token' }, watch);
  onTestFinished(close);
  const { host, hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  socket.write(`GET /token/events HTTP/1.1\r\nHost: ${host}\r\n\r\n`);
  // The head of the answer is read, and nothing behind it.
  await once(socket, 'data');
  socket.pause();
  const [changed] = followers;
  const show = (): void => changed?.(PAGE);
  show();
  expect(followers.size).toBe(1);
  show();
  // The socket ends, and with it the connection.
  socket.resume();
  socket.on('error', () => undefined);
  await once(socket, 'close');
  expect(followers.size).toBe(0);
});
