import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import dynalite from 'dynalite';
import { withOldItem } from './old-item.ts';
import type { Backend } from './protocol/call.ts';

export interface Tables {
  readonly backend: Backend;
  close(): Promise<void>;
}

/** What dynalite looks at. Hop-by-hop headers and the length belong to the connection that the call came by. */
const PASSED = ['content-type', 'x-amz-target', 'x-amz-date', 'authorization'];

/** Starts DynamoDB in memory. Tables are active at once; transactions and expiry by TTL are not known to it. */
export const startTables = async (): Promise<Tables> => {
  const server = dynalite({ createTableMs: 0, deleteTableMs: 0, updateTableMs: 0 });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    backend: withOldItem(async ({ headers, body }) => {
      const passed = PASSED.flatMap((name) =>
        headers[name] === undefined ? [] : [[name, String(headers[name])] as const],
      );
      const response = await fetch(url, { method: 'POST', headers: Object.fromEntries(passed), body });
      const type = response.headers.get('content-type') ?? 'application/x-amz-json-1.0';
      const crc32 = response.headers.get('x-amz-crc32') ?? '';
      const replied = { 'content-type': type, 'x-amz-crc32': crc32 };
      return { status: response.status, headers: replied, body: await response.text() };
    }),
    close: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
};
