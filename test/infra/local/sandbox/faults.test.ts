import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Fault, type FaultScript, startSandbox } from '../../../../infra/local/sandbox/index.ts';
import type { RequestySandbox } from '../../../../infra/local/sandbox/requesty/start-requesty.ts';
import { type Asked, ask } from './ask.ts';

const MANAGER = '11111111-1111-4111-8111-111111111111';
const TARGET = '33333333-3333-4333-8333-333333333333';
const KEYS = '/v1/manage/apikey';
const START = 1_700_000_000_000;

let now = START;
let slept: number[] = [];
let requesty: RequestySandbox;
beforeEach(async () => {
  now = START;
  slept = [];
  requesty = await startSandbox('requesty', {
    now: () => now,
    sleep: async (ms) => {
      slept.push(ms);
      now += ms;
    },
  });
  requesty.addOrganisation('prod', {
    keys: [
      { id: MANAGER, secret: 'manager', permissions: { manage: 'write', completions: 'none' } },
      { id: TARGET, secret: 'target' },
    ],
  });
});
afterEach(() => requesty.close());

const send = (bearer: string, path: string, more: Partial<Asked> = {}, signal?: AbortSignal) =>
  ask(
    requesty.url,
    { host: 'api-v2.requesty.ai', path, headers: { Authorization: `Bearer ${bearer}` }, ...more },
    signal,
  );
const remove = (signal?: AbortSignal) => send('manager', `${KEYS}/${TARGET}`, { method: 'DELETE' }, signal);
const self = async (bearer = 'target') => (await send(bearer, `${KEYS}/self`)).status;
const script = (fault: Fault, more: Partial<FaultScript> = {}) =>
  requesty.faults.script({ match: { method: 'DELETE' }, fault, ...more });
const until = async (isSo: () => boolean) => {
  while (!isSo()) await new Promise((resolve) => setImmediate(resolve));
};

describe('what is applied, and what leaves', () => {
  it.each<[Fault, boolean]>([
    [{ kind: 'dropBefore' }, false],
    [{ kind: 'dropAfter' }, true],
    [{ kind: 'truncate', applied: false }, false],
    [{ kind: 'truncate' }, true],
  ])('breaks the connection for %j', async (fault, isApplied) => {
    script(fault);
    await expect(remove()).rejects.toThrow(/hang up|ECONNRESET|aborted/);
    expect(requesty.isAlive('prod', TARGET)).toBe(!isApplied);
    expect(requesty.applied()).toHaveLength(isApplied ? 1 : 0);
    expect(requesty.record).toMatchObject([{ seq: 1, at: START, keyId: MANAGER, faultName: fault.kind }]);
    expect('applied' in (requesty.record[0] ?? {})).toBe(isApplied);
    expect(await self()).toBe(isApplied ? 403 : 200);
  });

  it.each<[Fault, boolean]>([
    [{ kind: 'hang' }, false],
    [{ kind: 'hangAfter' }, true],
  ])('never answers for %j', async (fault, isApplied) => {
    script(fault);
    const caller = new AbortController();
    const lost = remove(caller.signal);
    await until(() => requesty.record.length > 0);
    expect(requesty.isAlive('prod', TARGET)).toBe(!isApplied);
    expect(requesty.record).toMatchObject([{ status: 0 }]);
    caller.abort();
    await expect(lost).rejects.toThrow('aborted');
  });

  it('breaks hanging connections when it closes', async () => {
    script({ kind: 'hang' });
    const lost = remove();
    const broken = expect(lost).rejects.toThrow(/hang up|ECONNRESET/);
    await until(() => requesty.record.length > 0);
    await requesty.close();
    await broken;
  });

  it.each<[Fault & { kind: 'reply' }, boolean]>([
    [{ kind: 'reply', status: 429, headers: { 'retry-after': '7' }, body: '{}' }, false],
    [{ kind: 'reply', status: 502, body: '<html></html>', applied: true }, true],
    [{ kind: 'reply', status: 200, body: '' }, false],
  ])('answers %j in place of the provider', async (fault, isApplied) => {
    script(fault);
    const heard = await remove();
    expect(heard).toMatchObject({ status: fault.status, body: fault.body });
    expect(heard.headers).toMatchObject(fault.headers ?? {});
    expect(requesty.isAlive('prod', TARGET)).toBe(!isApplied);
  });

  it('applies nothing that the provider refuses', async () => {
    script({ kind: 'dropAfter' });
    await expect(send('target', `${KEYS}/${MANAGER}`, { method: 'DELETE' })).rejects.toThrow();
    expect(requesty.applied()).toEqual([]);
  });

  it('sends half of a body under the length of the whole', async () => {
    script({ kind: 'truncate' }, { match: { path: KEYS } });
    await expect(send('manager', KEYS)).rejects.toThrow(/aborted|ECONNRESET/);
    expect(requesty.record).toMatchObject([{ status: 200, faultName: 'truncate' }]);
  });

  it('applies at once and answers after a wait', async () => {
    script({ kind: 'delay', ms: 4_000 });
    const heard = await remove();
    expect(heard.status).toBe(204);
    expect(slept).toEqual([4_000]);
    expect(requesty.applied()).toMatchObject([{ at: START }]);
    expect(heard.headers.date).toBe(new Date(START + 4_000).toUTCString());
  });
});

describe('changes that come late', () => {
  it('apply when the clock has passed, seen by readings and by the judge alike', async () => {
    script({ kind: 'late', ms: 3_000 });
    await expect(remove()).rejects.toThrow();
    now += 2_999;
    expect(await self()).toBe(200);
    expect(requesty.applied()).toEqual([]);
    now += 1;
    expect(requesty.applied()).toMatchObject([{ at: START + 3_000, keyId: TARGET, by: MANAGER }]);
    expect(requesty.record[0]).toMatchObject({ status: 0, faultName: 'late', applied: { at: START + 3_000 } });
    expect(await self()).toBe(403);
  });

  it('apply once, also when looked at in the very instant', async () => {
    script({ kind: 'late', ms: 3_000 });
    await expect(remove()).rejects.toThrow();
    now += 3_000;
    expect(requesty.isAlive('prod', TARGET)).toBe(false);
    requesty.revive('prod', TARGET);
    expect(await self()).toBe(200);
    expect(requesty.applied()).toHaveLength(1);
  });

  it('apply in the order of their instants, by the rules of each', async () => {
    script({ kind: 'late', ms: 3_000 });
    requesty.faults.script({ match: { method: 'DELETE' }, fault: { kind: 'late', ms: 1_000 } });
    await expect(remove()).rejects.toThrow();
    await expect(send('manager', `${KEYS}/${MANAGER}`, { method: 'DELETE' })).rejects.toThrow();
    now += 10_000;
    expect(requesty.isAlive('prod', TARGET)).toBe(true);
    expect(requesty.applied()).toMatchObject([{ at: START + 1_000, keyId: MANAGER }]);
  });
});

describe('readings that are wrong', () => {
  const listed = async () => JSON.parse((await send('manager', KEYS)).body).keys?.map(({ id }: { id: string }) => id);

  it('show the state before the last change, as often as told, and never spoil a mutation', async () => {
    await remove();
    requesty.faults.script({ match: {}, fault: { kind: 'stale' }, times: 3 });
    expect(await self()).toBe(200);
    expect(await listed()).toEqual([MANAGER, TARGET]);
    expect((await remove()).status).toBe(404);
    expect(await listed()).toEqual([MANAGER]);
    expect(await self()).toBe(403);
  });

  it('go back as many changes as told, those made by hand too, in their own world', async () => {
    requesty.addOrganisation('eu', { keys: [{ id: TARGET, secret: 'target' }] });
    requesty.patch('prod', TARGET, { name: 'second' });
    requesty.patch('prod', TARGET, { name: 'third' });
    requesty.remove('eu', TARGET);
    const name = async () => JSON.parse((await send('target', `${KEYS}/self`)).body).name;
    script({ kind: 'stale', changes: 1 }, { match: {} });
    script({ kind: 'stale', changes: 2 }, { match: {} });
    script({ kind: 'stale', changes: 0 }, { match: {} });
    script({ kind: 'stale', changes: 9 }, { match: {} });
    expect([await name(), await name(), await name(), await name()]).toEqual(['second', 'key', 'third', 'key']);
  });

  it('show the state of so long ago, and never spoil a mutation', async () => {
    script({ kind: 'lag', ms: 3_000 }, { match: {}, times: 9 });
    now += 1;
    await remove();
    now += 2_999;
    expect(await self()).toBe(200);
    expect((await remove()).status).toBe(404);
    now += 1;
    expect(await self()).toBe(403);
    requesty.revive('prod', TARGET);
    expect(await self()).toBe(403);
    expect(await listed()).toEqual([MANAGER]);
    now += 3_000;
    expect(await self()).toBe(200);
  });

  it('lose the list, or one row of it', async () => {
    script({ kind: 'nullList' }, { match: { path: '/apikey$' } });
    script({ kind: 'shiftPage' }, { match: { path: /\/apikey$/ } });
    expect(JSON.parse((await send('manager', KEYS)).body)).toEqual({ keys: null });
    expect(await listed()).toEqual([TARGET]);
    expect(await listed()).toEqual([MANAGER, TARGET]);
  });
});

describe('scripts', () => {
  const fault: Fault = { kind: 'reply', status: 500, body: '' };

  it.each<[FaultScript['match'], boolean]>([
    [{}, true],
    [{ method: 'GET' }, true],
    [{ method: 'DELETE' }, false],
    [{ host: 'api-v2.requesty.ai' }, true],
    [{ host: 'api.requesty.ai' }, false],
    [{ keyId: TARGET }, true],
    [{ keyId: MANAGER }, false],
    [{ path: /apikey\/self$/ }, true],
    [{ path: 'apikey$' }, false],
    [{ method: 'GET', keyId: MANAGER }, false],
  ])('that match %j fit or not: %s', async (match, isHit) => {
    requesty.faults.script({ match, fault });
    expect(await self()).toBe(isHit ? 500 : 200);
    expect(requesty.faults.pending()).toHaveLength(isHit ? 0 : 1);
  });

  it('skip first, hit so many times, and leave the rest alone', async () => {
    requesty.faults.script({ match: { path: /self/g }, fault, skip: 1, times: 2, name: 'outage' });
    expect([await self(), await self(), await self(), await self()]).toEqual([200, 500, 500, 200]);
    expect(requesty.record.map(({ faultName }) => faultName)).toEqual([undefined, 'outage', 'outage', undefined]);
  });

  it('hand over to the next one that fits, and end when cleared', async () => {
    requesty.faults.script({ match: {}, fault, times: Number.POSITIVE_INFINITY, skip: 1 });
    requesty.faults.script({ match: {}, fault: { kind: 'reply', status: 503, body: '' } });
    expect([await self(), await self(), await self()]).toEqual([503, 500, 500]);
    requesty.faults.clear();
    expect(await self()).toBe(200);
  });
});

describe('the record', () => {
  it('holds identifiers and no header, secret or body', async () => {
    await send('manager', `${KEYS}/self?a=b`);
    await send('nobody', KEYS);
    await remove();
    const path = `${KEYS}/${TARGET}`;
    const change = {
      at: START,
      host: 'api-v2.requesty.ai',
      world: 'prod',
      keyId: TARGET,
      kind: 'deleted',
      by: MANAGER,
    };
    const common = { at: START, host: 'api-v2.requesty.ai' };
    expect(requesty.record).toEqual([
      { ...common, seq: 1, method: 'GET', path: `${KEYS}/self?a=b`, keyId: MANAGER, status: 200 },
      { ...common, seq: 2, method: 'GET', path: KEYS, status: 403 },
      { ...common, seq: 3, method: 'DELETE', path, keyId: MANAGER, status: 204, applied: change },
    ]);
    expect(requesty.applied()).toEqual([change]);
  });

  it('knows no key that was never added', () => {
    expect(requesty.isAlive('prod', 'none')).toBe(false);
    expect(() => requesty.remove('prod', 'none')).toThrow('Cannot find key none in prod');
    const again = { keys: [{ id: TARGET, secret: 'x' }] };
    expect(() => requesty.addOrganisation('prod', again)).toThrow(`Cannot add key ${TARGET} to prod twice`);
  });
});
