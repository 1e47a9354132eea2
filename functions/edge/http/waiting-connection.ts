import net from 'node:net';
import tls from 'node:tls';
import type { Clock } from '../../core/epoch.ts';
import type { Connection } from '../../core/provider.ts';
import { socketHost } from './loopback.ts';

/** A connection that has waited for longer may be closed already: then nobody could tell whether a call got out. */
const MOST_WAIT_MS = 2_000;

/** A connection that is opened before its call is ready. */
export interface WaitingConnection extends Connection {
  /** Hands the socket to the call, once; `undefined` if the call needs a fresh one. The handshake may still be under way. */
  take(): net.Socket | undefined;
  /** Whether nobody has closed it. */
  readonly isOpen: boolean;
}

/** Opens a connection. DNS is asked for it. @param base of a loopback server that stands in for the provider */
export const openConnection = (clock: Clock, host: string, base: URL | undefined): WaitingConnection => {
  const socket =
    base === undefined
      ? tls.connect({ host, port: 443, servername: host, ALPNProtocols: ['http/1.1'], rejectUnauthorized: true })
      : net.connect({ host: socketHost(base), port: Number(base.port) });
  let since = clock.now();
  let isTaken = false;
  socket.once(base === undefined ? 'secureConnect' : 'connect', () => {
    since = clock.now();
  });
  socket.on('error', () => {}); // the call opens its own then
  const close = (): void => {
    if (!isTaken) socket.destroy();
  };
  return {
    take: () => {
      if (isTaken || socket.destroyed || clock.now() - since > MOST_WAIT_MS) {
        close();
        return undefined;
      }
      isTaken = true;
      return socket;
    },
    get isOpen() {
      return !socket.destroyed;
    },
    close,
  };
};
