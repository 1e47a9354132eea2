import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, it } from 'vitest';
import { SANDBOX_NAMES, SANDBOX_OF } from '../../../../infra/local/sandbox/index.ts';
import { plainParts } from '../../../../infra/local/sandbox/parts.ts';

/** Whose casts have a story of their own. */
const OF_THREE = /^(bybit|kalshi|requesty)\//;

const ROOT = join(import.meta.dirname, '../../../..');
const TIMEOUT_MS = 120_000;

/** None of this process's environment: a forced colour would be obeyed. */
const start = (...args: readonly string[]) =>
  spawn(process.execPath, ['infra/local/start.ts', ...args], { cwd: ROOT, env: {}, stdio: ['ignore', 'pipe', 'pipe'] });

const ended = async (child: ChildProcess): Promise<number | null> => {
  const [status] = await once(child, 'close');
  return status;
};

const listening = async (port: number): Promise<Server> => {
  const server = createServer().listen(port, '127.0.0.1');
  await once(server, 'listening');
  return server;
};

/** The first of so many ports in a row that are free now. */
const freePorts = async (count: number): Promise<number> => {
  const server = await listening(0);
  const { port } = server.address() as AddressInfo;
  const others = Array.from({ length: count - 1 }, (_, index) => listening(port + 1 + index));
  const opened = await Promise.allSettled(others);
  const servers = [server, ...opened.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []))];
  await Promise.all(servers.map((server) => server.close() && once(server, 'close')));
  return servers.length === count ? port : freePorts(count);
};

/** The rows under the line of the table, without what differs each time: key, times. */
const rowsIn = (output: string): readonly string[] => {
  const [, table = ''] = output.split(/─{40,}\n/);
  const rows = table.split('\n\n')[0]?.split('\n') ?? [];
  return rows.map((row) =>
    row
      .replace(/^\S+ +/, '')
      .replace(/ {2,}\S+( s)? +(?=\d+$)/, ' ')
      .replaceAll(/ +/g, ' '),
  );
};

it('tells the story in plain lines, each operation with each kind of signer, and ends well', {
  timeout: TIMEOUT_MS,
}, async () => {
  const child = start();
  const [status, output, errors] = await Promise.all([ended(child), text(child.stdout), text(child.stderr)]);
  expect(errors).toBe('');
  expect(status).toBe(0);
  expect(output).not.toContain('\x1b');
  const rows = rowsIn(output);
  expect(output.match(/^✔ /gm)).toHaveLength(2 + rows.length);
  expect(rows.filter((row) => OF_THREE.test(row))).toEqual([
    ...Array(2).fill('bybit/delete-master-key revoked 1'),
    'bybit/delete-master-key stuck/permission-missing 1',
    ...Array(3).fill('bybit/delete-sub-key revoked 1'),
    // The reply was lost, so the managing key has sent the delete once more.
    'bybit/delete-sub-key revoked 2',
    'bybit/update-master-key restricted 1',
    ...Array(2).fill('bybit/update-sub-key restricted 1'),
    ...Array(3).fill('kalshi/delete-key revoked 1'),
    ...Array(2).fill('requesty/delete-key revoked 1'),
  ]);
  // Whose story is not listed here has each operation by each of its signers.
  expect(rows.filter((row) => !OF_THREE.test(row))).toEqual(
    SANDBOX_NAMES.filter((name) => !OF_THREE.test(`${name}/`)).flatMap((name) => {
      const { operations } = SANDBOX_OF[name].cast;
      return plainParts(operations).map(
        ({ operation }) =>
          `${name}/${operation} ${operations[operation]?.kind === 'delete' ? 'revoked' : 'restricted'} 1`,
      );
    }),
  );
  const revoked = rows.filter((row) => row.includes(' revoked ')).length;
  expect(output).toContain(`${revoked} revoked, 1 stuck, 3 restricted`);
  expect(output).toMatch(/^✔ bybit\/delete-sub-key +by its master, RSA, reply lost: revoked in /m);
  expect(output).toContain('One delete lost its reply');
});

it('stops at the first Ctrl-C, with a status of its own', { timeout: TIMEOUT_MS }, async () => {
  const child = start();
  const output = text(child.stdout);
  const errors = text(child.stderr);
  await once(child.stdout, 'data');
  child.kill('SIGINT');
  expect(await ended(child)).toBe(130);
  expect(await errors).toContain('Cannot continue after SIGINT');
  expect(await output).not.toContain('Revoked in');
});

it.each([
  [['--sevre'], "Unknown option '--sevre'"],
  [['--port', '4700'], '--port is for --serve'],
  [['--serve', '--port', '70000'], '--port must be a whole number from 1 to 65531'],
])('refuses the options %j', { timeout: TIMEOUT_MS }, async (words, why) => {
  const child = start(...words);
  const [status, errors] = await Promise.all([ended(child), text(child.stderr)]);
  expect(status).toBe(1);
  expect(errors).toBe(`Cannot read the options: ${why}\nUsage: npm start [-- --serve [--port <first port>]]\n`);
});

it('serves on the ports behind the one that is given, until Ctrl-C', { timeout: TIMEOUT_MS }, async () => {
  const first = await freePorts(2 + SANDBOX_NAMES.length);
  const child = start('--serve', '--port', String(first));
  let output = '';
  for await (const chunk of child.stdout) {
    output += chunk;
    if (output.includes('Open http')) break;
  }
  expect(output).toContain(`export AWS_ENDPOINT_URL=http://127.0.0.1:${first}\n`);
  for (const [index, name] of SANDBOX_NAMES.entries())
    expect(output).toContain(`${SANDBOX_OF[name].title.padEnd(9)} http://127.0.0.1:${first + 1 + index}`);
  const [, page = ''] = /^Open (.*)$/m.exec(output) ?? [];
  expect(page).toContain(`http://127.0.0.1:${first + 1 + SANDBOX_NAMES.length}/`);
  expect(await (await fetch(page)).text()).toContain('key-revoker/kalshi/bot');
  child.kill('SIGINT');
  expect(await ended(child)).toBe(0);
});
