import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ListQueuesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterEach, describe, expect, it } from 'vitest';
import { connectEarly, sdkClient } from '../../../../functions/edge/aws/sdk-client.ts';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.close();
    server.closeAllConnections();
  }
});

const asking = async (answer: RequestListener) => {
  const seen = { requests: 0 };
  const server = createServer((request, response) => {
    seen.requests += 1;
    answer(request, response);
  });
  servers.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const client = new SQSClient({
    ...sdkClient({ connectMs: 1_000, silenceMs: 50 }),
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });
  return { seen, client, server, ask: () => client.send(new ListQueuesCommand()) };
};

it.each<[string, RequestListener]>([
  ['does not answer', () => {}],
  ['stops inside the body', (_request, response) => void response.writeHead(200, { 'Content-Length': 100 }).write('{')],
])('tries three times with a service that %s, and then gives up', async (_what, answer) => {
  const { seen, ask } = await asking(answer);
  await expect(ask()).rejects.toMatchObject({ name: 'TimeoutError' });
  expect(seen.requests).toBe(3);
});

it('takes the answer of the third try', async () => {
  const { seen, ask } = await asking((_request, response) => {
    if (seen.requests === 3) response.writeHead(200, { 'Content-Type': 'application/x-amz-json-1.0' }).end('{}');
  });
  expect(await ask()).toMatchObject({ $metadata: { attempts: 3 } });
});

describe('a client that connects early', () => {
  it('asks nothing that is signed, and its first call finds the connection open', async () => {
    let connections = 0;
    const asked: (readonly [method: string | undefined, signed: boolean])[] = [];
    const { client, server } = await asking((request, response) => {
      asked.push([request.method, 'authorization' in request.headers]);
      if (request.method === 'GET') response.writeHead(403).end();
      else response.writeHead(200, { 'content-type': 'application/x-amz-json-1.0' }).end('{}');
    });
    server.on('connection', () => {
      connections += 1;
    });
    await connectEarly(client, new ListQueuesCommand());
    expect([connections, asked]).toEqual([1, [['GET', false]]]);
    await client.send(new ListQueuesCommand());
    expect([connections, asked.at(-1)]).toEqual([1, ['POST', true]]);
  });

  it('says nothing where the service cannot be reached', async () => {
    const { client, server } = await asking(() => {});
    server.close();
    server.closeAllConnections();
    expect(await connectEarly(client, new ListQueuesCommand())).toBeUndefined();
  });
});
