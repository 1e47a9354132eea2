import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { connect } from '../../../../functions/operator/deployment/connect.ts';
import { proxyIn } from '../../../../functions/operator/deployment/proxy.ts';
import * as PROVIDERS from '../../../../functions/providers/index.ts';
import { NOON } from '../../core/rounds.ts';
import { frozenClock } from '../../edge/frozen-clock.ts';

const REGION = 'eu-central-1';
const AWS = { region: REGION, credentials: { accessKeyId: 'AK', secretAccessKey: 'SK' } };

let proxy: Server;
const asked: (string | undefined)[] = [];

beforeEach(async () => {
  asked.length = 0;
  proxy = createServer();
  // It lets nobody through: where a tunnel is asked for is all that is wanted.
  proxy.on('connect', ({ url }, socket) => {
    asked.push(url);
    socket.end('HTTP/1.1 403 Forbidden\r\n\r\n');
  });
  await new Promise<void>((resolve) => void proxy.listen(0, '127.0.0.1', resolve));
});

afterEach(() => new Promise((resolve) => void proxy.close(resolve)));

const address = (): string => `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;

it.each(['HTTPS_PROXY', 'https_proxy'])('goes to AWS through the proxy that %s names', async (name) => {
  const { agents } = proxyIn({ [name]: address() });
  if (agents === undefined) throw new Error('Cannot connect without agents');
  const clock = frozenClock(NOON);
  const connecting = connect('key-revoker/', { clock, providers: PROVIDERS }, { ...AWS, agents });
  await expect(connecting).rejects.toThrow();
  expect(new Set(asked)).toEqual(new Set([`ssm.${REGION}.amazonaws.com:443`]));
  agents.httpsAgent.destroy();
});

it('makes connections of its own for no proxy', () => {
  expect(proxyIn({})).toEqual({});
  expect(proxyIn({ HTTPS_PROXY: '', NO_PROXY: 'localhost' })).toEqual({});
});
