import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startSandbox } from '../../../../infra/local/sandbox/index.ts';
import type { RequestyOptions, RequestySandbox } from '../../../../infra/local/sandbox/requesty/start-requesty.ts';
import { type Asked, ask } from './ask.ts';

const MANAGER = '11111111-1111-4111-8111-111111111111';
const READER = '22222222-2222-4222-8222-222222222222';
const PLAIN = '33333333-3333-4333-8333-333333333333';
const FOREIGN = '44444444-4444-4444-8444-444444444444';
const ABSENT = '55555555-5555-4555-8555-555555555555';
const OLD = '66666666-6666-4666-8666-666666666666';
const KEYS = '/v1/manage/apikey';

let requesty: RequestySandbox;
const restart = async (options: RequestyOptions = {}) => {
  await requesty?.close();
  requesty = await startSandbox('requesty', options);
  requesty.addOrganisation('prod', {
    keys: [
      { id: MANAGER, secret: 'rqsty-sk-manager', name: 'ops', permissions: { manage: 'write', completions: 'none' } },
      { id: READER, secret: 'rqsty-sk-reader', permissions: { manage: 'read', completions: 'none' } },
      { id: PLAIN, secret: 'rqsty-sk-plain' },
      { id: OLD, secret: 'rqsty-sk-old', expired: true },
    ],
  });
  requesty.addOrganisation('prod', { keys: [{ id: FOREIGN, secret: 'rqsty-sk-foreign' }] });
};
beforeEach(() => restart());
afterEach(() => requesty.close());

const send = (bearer: string, path: string, more: Partial<Asked> = {}) =>
  ask(requesty.url, {
    host: 'api-v2.requesty.ai',
    path,
    headers: { Authorization: `Bearer rqsty-sk-${bearer}` },
    ...more,
  });
const remove = (bearer: string, id: string) => send(bearer, `${KEYS}/${id}`, { method: 'DELETE' });
const messageOf = ({ body }: { body: string }) => JSON.parse(body).error.message;

describe('who asks', () => {
  it.each([
    ['no header', { headers: {} }, 401, 'missing Authorization header'],
    ['an empty bearer', { headers: { Authorization: 'Bearer ' } }, 401, 'missing Authorization header'],
    ['another scheme', { headers: { Authorization: 'Basic eA==' } }, 401, 'missing Authorization header'],
    ['an unknown bearer', { headers: { Authorization: 'Bearer rqsty-sk-none' } }, 403, 'Invalid authorization token'],
    ['an expired key', { headers: { Authorization: 'Bearer rqsty-sk-old' } }, 403, 'Invalid authorization token'],
    ['a key of another environment', { host: 'api-v2.eu.requesty.ai' }, 403, 'Invalid authorization token'],
  ])('refuses %s', async (_what, more, status, message) => {
    const heard = await send('manager', `${KEYS}/self`, more);
    expect(heard.status).toBe(status);
    expect(JSON.parse(heard.body)).toEqual({ error: { origin: 'router', message } });
  });

  it('serves the older host from the same keys, and no other', async () => {
    expect((await send('manager', KEYS, { host: 'api.requesty.ai' })).status).toBe(200);
    expect((await send('manager', KEYS, { host: 'router.requesty.ai' })).status).toBe(404);
    const unknown = await send('manager', '/manage/apikey');
    expect(unknown).toMatchObject({ status: 404, body: '404 page not found\n' });
  });

  it('refuses a bad token with 401 where that is the unconfirmed reading', async () => {
    await restart({ unconfirmed: { badTokenStatus: 401 } });
    expect((await send('none', KEYS)).status).toBe(401);
  });
});

describe('reading', () => {
  it.each([
    ['a plain key itself', 'plain', 'self', 200, PLAIN],
    ['a plain key itself by its id', 'plain', PLAIN, 200, PLAIN],
    ['a reader another key', 'reader', PLAIN, 200, PLAIN],
    ['a manager an expired key', 'manager', OLD, 200, OLD],
  ])('shows %s', async (_what, bearer, id, status, found) => {
    const heard = await send(bearer, `${KEYS}/${id}`);
    expect(heard.status).toBe(status);
    expect(JSON.parse(heard.body)).toMatchObject({ id: found });
    expect(heard.body).not.toContain('rqsty-sk');
  });

  it.each([
    ['a plain key another key', 'plain', `${KEYS}/${MANAGER}`, 403, 'manage read permission required'],
    ['a plain key the list', 'plain', KEYS, 403, 'manage read permission required'],
    ['a key of another organisation', 'manager', `${KEYS}/${FOREIGN}`, 404, 'api key not found'],
    ['an absent key', 'manager', `${KEYS}/${ABSENT}`, 404, 'api key not found'],
    ['what is no UUID', 'manager', `${KEYS}/..%2Forg`, 400, 'invalid api key id'],
    ['a broken escape', 'manager', `${KEYS}/%E0%A4%A`, 400, 'invalid api key id'],
  ])('does not show %s', async (_what, bearer, path, status, message) => {
    const heard = await send(bearer, path);
    expect([heard.status, messageOf(heard)]).toEqual([status, message]);
  });

  it('lists the keys of the organisation with their permissions and no secret', async () => {
    const { body } = await send('reader', KEYS);
    const { keys } = JSON.parse(body);
    expect(keys.map(({ id }: { id: string }) => id)).toEqual([MANAGER, READER, PLAIN, OLD]);
    expect(keys[0]).toMatchObject({ name: 'ops', permissions: { manage: 'write', completions: 'none' } });
    expect(keys[0].labels).toEqual({});
    expect(body).not.toContain('rqsty-sk');
  });

  it.each([
    ['/v1/manage/apikeys', 'GET', 404],
    ['/v1/manage/apikey/', 'GET', 405],
    ['/v1/manage/apikey/', 'DELETE', 405],
    ['/v1/manage/apikey', 'DELETE', 405],
    [`/v1/manage/apikey/${PLAIN}`, 'PATCH', 405],
    [`/v1/manage/apikey/${PLAIN}/usage`, 'GET', 404],
  ])('has no %s for %s', async (path, method, status) => {
    expect((await send('manager', path, { method })).status).toBe(status);
    expect(requesty.applied()).toEqual([]);
  });
});

describe('deleting', () => {
  it('deletes a key, which then is unknown as a bearer and as an id', async () => {
    expect(await remove('manager', PLAIN)).toMatchObject({ status: 204, body: '' });
    expect(requesty.applied()).toMatchObject([{ keyId: PLAIN, kind: 'deleted', by: MANAGER, world: 'prod' }]);
    expect((await send('manager', `${KEYS}/${PLAIN}`)).status).toBe(404);
    expect((await remove('manager', PLAIN)).status).toBe(404);
    expect(messageOf(await send('plain', `${KEYS}/self`))).toBe('Invalid authorization token');
    expect(requesty.record.at(-1)).toMatchObject({ keyId: PLAIN, status: 403 });
  });

  it('deletes the key that asks', async () => {
    expect((await remove('manager', MANAGER)).status).toBe(204);
    expect((await send('manager', `${KEYS}/self`)).status).toBe(403);
  });

  it.each([
    ['for a plain key', 'plain', PLAIN, 403, 'manage write permission required'],
    ['for a reader', 'reader', PLAIN, 403, 'manage write permission required'],
    ['of another organisation', 'manager', FOREIGN, 404, 'api key not found'],
    ['that is no UUID', 'manager', 'abc', 400, 'invalid api key id'],
  ])('deletes nothing %s', async (_what, bearer, id, status, message) => {
    const heard = await remove(bearer, id);
    expect([heard.status, messageOf(heard)]).toEqual([status, message]);
    expect(requesty.applied()).toEqual([]);
  });

  it.each([
    [{ deletedStatus: 200 } as const, PLAIN, 200, [PLAIN]],
    [{ absentStatus: 204 } as const, ABSENT, 204, []],
    [{ maySelfDelete: false }, MANAGER, 403, []],
    [{}, 'self', 204, [MANAGER]],
    [{ selfInDelete: 'rejected' } as const, 'self', 400, []],
  ])('reads what is unconfirmed as %j', async (unconfirmed, id, status, dead) => {
    await restart({ unconfirmed });
    expect((await remove('manager', id)).status).toBe(status);
    expect(requesty.applied().map(({ keyId }) => keyId)).toEqual(dead);
  });

  it('obeys changes by hand', async () => {
    requesty.patch('prod', OLD, { isExpired: false, permissions: { manage: 'write', completions: 'none' } });
    requesty.remove('prod', MANAGER);
    expect((await remove('manager', PLAIN)).status).toBe(403);
    requesty.revive('prod', MANAGER);
    expect((await remove('old', MANAGER)).status).toBe(204);
  });
});
