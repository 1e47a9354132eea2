import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Fate } from '../chance/fate.ts';
import { openDoomedWorker } from './doomed-worker.ts';
import { sharedTime } from './shared-time.ts';

const START = Date.parse('2026-11-20T10:00:00.000Z');
const CONFIG = {
  name: 'asking',
  handlerExport: 'handler',
  timeoutMs: 30_000,
  memoryMb: 128,
  environment: {},
  roleId: 'AROAEXAMPLE',
};

let server: Server;
let asked: string[];
beforeEach(async () => {
  asked = [];
  server = createServer(({ url = '' }, response) => {
    asked.push(url.slice(1));
    response.end();
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

/** Runs one delivery to its end on a clock of its own; says what it answered or died of, and what time it was then. */
const deliver = async (fate: Fate, handler = 'asking') => {
  const time = sharedTime(START, async () => undefined);
  const config = { ...CONFIG, handlerModule: `test/crashes/worker/handlers/${handler}.ts` };
  const lines: string[] = [];
  const onLine = (line: string): void => void lines.push(line);
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const end = await time.work(async () => {
    const worker = await openDoomedWorker({ config, environment: {}, time, onLine });
    return worker.run({ url }, fate).then(
      (answer) => ({ answer }),
      (error: Error) => ({ died: error.message }),
    );
  });
  return { ...end, at: time.now() - START, lines };
};

const SIGKILL = 'Runtime exited with error: signal SIGKILL';
const EXIT = 'Runtime exited with error: exit status 1';

describe('a delivery', () => {
  it('is on the clock of the run, which stands while it works and jumps while it waits', async () => {
    expect(await deliver({ at: 'no time' })).toMatchObject({
      answer: [0, 2_000, 4_000].map((ms) => START + ms),
      at: 4_000,
    });
    expect(asked).toEqual(['one', 'two', 'three']);
  });

  it('waits as Node does for what is no whole number of milliseconds, and not for what was cleared', async () => {
    expect(await deliver({ at: 'no time' }, 'timing')).toMatchObject({ answer: [1_500, 1, 1, 1], at: 1_503 });
  });

  it.each([
    ['before', 'killed', SIGKILL, ['one']],
    ['before', 'exited', EXIT, ['one']],
    ['before', 'timed out', SIGKILL, ['one']],
    ['answered', 'killed', SIGKILL, ['one', 'two']],
    ['answered', 'exited', EXIT, ['one', 'two']],
    ['answered', 'threw', EXIT, ['one', 'two']],
  ] as const)('that dies %s its second exchange (%s) does nothing after it', async (moment, death, died, done) => {
    const { at, ...end } = await deliver({ at: 'exchange', exchange: 2, moment, death });
    expect(end).toMatchObject({ died });
    expect(asked).toEqual(done);
    // One that hangs is killed when the function's time is over, from the beginning of the delivery.
    expect(at).toBe(death === 'timed out' ? 30_000 : 2_000);
  });

  it('that dies with an exchange under way leaves it to the other side', async () => {
    const heard = once(server, 'request');
    const end = await deliver({ at: 'exchange', exchange: 1, moment: 'under way', death: 'killed' });
    expect(end).toMatchObject({ died: SIGKILL, at: 0 });
    await heard;
    expect(asked).toEqual(['one']);
  });

  it('tells on its error output what nobody caught', async () => {
    const { lines } = await deliver({ at: 'exchange', exchange: 1, moment: 'before', death: 'threw' });
    expect(lines.join('\n')).toContain('Cannot continue: this delivery was to end here');
  });

  it('dies at its first wait, or when all is done and nobody has heard of it', async () => {
    expect(await deliver({ at: 'wait' })).toMatchObject({ died: SIGKILL, at: 0 });
    expect(asked).toEqual(['one']);
    expect(await deliver({ at: 'end' })).toMatchObject({
      died: expect.stringContaining('before its answer'),
      at: 4_000,
    });
    expect(asked).toEqual(['one', 'one', 'two', 'three']);
  });

  it('continues after a pause that was longer than its lease', async () => {
    expect(await deliver({ at: 'pause' })).toMatchObject({ answer: [0, 92_000, 94_000].map((ms) => START + ms) });
  });
});
