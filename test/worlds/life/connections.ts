import type { HttpCall } from '../../../functions/core/provider.ts';
import type { Draw } from './draw.ts';
import type { Connection } from './stage.ts';

/** Each host has so many. */
export const ADDRESSES = 4;
/** A connection that rested longer is closed, as `functions/edge/http/http.ts` does. */
const RESTED_MS = 4_000;

/** Whether the call has a connection of its own: where it changes something, or where a proof may rest on it. */
const opensOwn = ({ changes, ownConnection }: HttpCall & { readonly ownConnection?: true }): boolean =>
  changes || ownConnection === true;

/** Tells by which connection each exchange goes, as the product's own way to send does it; each new one leads to any address of the host. */
export const connectionsOf = ({ whole }: Draw): ((call: HttpCall, at: number) => Connection) => {
  const kept = new Map<string, { readonly connection: Connection; usedAt: number }>();
  let opened = 0;
  const open = (): Connection => ({ number: ++opened, address: whole(0, ADDRESSES - 1) });
  return (call, at) => {
    if (opensOwn(call)) return open();
    const last = kept.get(call.host);
    if (last !== undefined && at - last.usedAt <= RESTED_MS) {
      last.usedAt = at;
      return last.connection;
    }
    const connection = open();
    kept.set(call.host, { connection, usedAt: at });
    return connection;
  };
};
