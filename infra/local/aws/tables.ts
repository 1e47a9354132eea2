import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import dynalite from 'dynalite';
import type { Backend } from './protocol/call.ts';

export interface Tables {
  readonly backend: Backend;
  close(): Promise<void>;
}

/** What dynalite looks at. Hop-by-hop headers and the length belong to the connection that the call came by. */
const PASSED = ['content-type', 'x-amz-target', 'x-amz-date', 'authorization'];

type Exchange = (target: string, body: string) => Promise<{ readonly status: number; readonly body: string }>;

/**
 * What DynamoDB adds to a failed condition, where the call asks for that: the item as it is. Another write may come between the two calls,
 * as it may come in DynamoDB before the answer has arrived.
 */
const oldItem = async (body: string, failed: string, exchange: Exchange): Promise<string> => {
  const call = JSON.parse(body) as {
    readonly TableName: string;
    readonly Key?: object;
    readonly Item?: Readonly<Record<string, unknown>>;
    readonly ReturnValuesOnConditionCheckFailure?: string;
  };
  const error = JSON.parse(failed) as { readonly __type?: string };
  if (
    call.ReturnValuesOnConditionCheckFailure !== 'ALL_OLD' ||
    !error.__type?.endsWith('#ConditionalCheckFailedException')
  )
    return failed;
  const { pk, sk } = call.Item ?? {};
  const get = { TableName: call.TableName, Key: call.Key ?? { pk, sk }, ConsistentRead: true };
  const { Item: item } = JSON.parse((await exchange('DynamoDB_20120810.GetItem', JSON.stringify(get))).body);
  return JSON.stringify({ ...error, Item: item });
};

/** Starts DynamoDB in memory. Tables are active at once; transactions and expiry by TTL are not known to it. */
export const startTables = async (): Promise<Tables> => {
  const server = dynalite({ createTableMs: 0, deleteTableMs: 0, updateTableMs: 0 });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    backend: async ({ headers, body }) => {
      const passed = PASSED.flatMap((name) =>
        headers[name] === undefined ? [] : [[name, String(headers[name])] as const],
      );
      const sent = Object.fromEntries(passed);
      const exchange = async (target: string, text: string) => {
        const headers = { ...sent, 'x-amz-target': target };
        const response = await fetch(url, { method: 'POST', headers, body: text });
        return { status: response.status, headers: response.headers, body: await response.text() };
      };
      const response = await exchange(sent['x-amz-target'] ?? '', body);
      const type = response.headers.get('content-type') ?? 'application/x-amz-json-1.0';
      if (response.status === 400)
        return { status: 400, headers: { 'content-type': type }, body: await oldItem(body, response.body, exchange) };
      const crc32 = response.headers.get('x-amz-crc32') ?? '';
      return { status: response.status, headers: { 'content-type': type, 'x-amz-crc32': crc32 }, body: response.body };
    },
    close: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
};
