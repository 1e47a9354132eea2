import { describe, expect, it } from 'vitest';
import { KEYS, SECRETS, seedKeys } from '../../../seed-keys.ts';
import { type System, systemForEachTest } from '../../../whole/system/system.ts';
import { commandLine } from '../command-line.ts';

/** One key dead, one left open, one seen; a date on one; two secrets that hold no credential. */
const arrange = async (system: System): Promise<void> => {
  await seedKeys(system);
  const by = { provider: 'kalshi', operation: 'delete-key', secretId: SECRETS.kalshiManager };
  await system.send({ ...by, target: { secretId: SECRETS.kalshiKey }, requestId: 'R-1' });
  await system.settle();
  await system.send({ ...by, target: 'self', dryRun: true });
  await system.settle();
  const own = { provider: 'bybit', operation: 'delete-sub-key', secretId: SECRETS.forgotten, target: 'self' };
  await system.send({ ...own, requestId: 'R-2' });
  await system.settle();
  await system.tag(SECRETS.requestyKey, { 'key-revoker:expires-at': '2027-01-31T18:00:00+02:00' });
  await system.tag(SECRETS.master, { 'key-revoker:expires-at': 'tomorrow' });
  await system.store('key-revoker/odd/number', '17');
  await system.store('key-revoker/odd/shape', { user: 'me' }, { 'key-revoker:provider': 'kalshi' });
  await system.store('elsewhere/key', { apiKey: 'OTHER', apiSecret: 'not under the prefix' });
};

describe('list', () => {
  const system = systemForEachTest();
  const piped = commandLine(system);

  it('shows every secret under the prefix, whose key it holds and how that stands', async () => {
    await arrange(system());
    const { exit, out } = await piped('list');
    expect(exit).toBe(0);
    const rows = Object.fromEntries(out.slice(2).map((line) => [line.split(/ {2,}/)[0], line.split(/ {2,}/).slice(1)]));
    expect(Object.keys(rows)).toEqual(
      [...Object.values(SECRETS), 'key-revoker/odd/number', 'key-revoker/odd/shape'].toSorted(),
    );
    expect(rows[SECRETS.kalshiKey]).toEqual(['kalshi', 'a952…608c', '–', 'dead 2026-11-20', expect.any(String)]);
    expect(rows[SECRETS.kalshiManager]?.slice(0, 4)).toEqual(['kalshi', '0c3d…6a10', '–', 'alive']);
    expect(rows[SECRETS.forgotten]?.slice(1, 4)).toEqual(['SUBK…0009', '–', 'open']);
    expect(rows[SECRETS.sub]?.slice(0, 4)).toEqual(['bybit', 'SUBK…0001', '–', 'not seen']);
    expect(rows[SECRETS.requestyKey]?.slice(0, 4)).toEqual(['requesty', '–', '2027-01-31 16:00', 'not seen']);
    expect(rows[SECRETS.master]?.slice(2, 4)).toEqual(['unreadable', 'not seen']);
    expect(rows['key-revoker/odd/number']?.slice(0, 4)).toEqual(['–', '–', '–', 'unreadable']);
    expect(rows['key-revoker/odd/shape']?.slice(0, 4)).toEqual(['kalshi', '–', '–', 'unreadable']);
  });

  it('leaves out what is younger', async () => {
    await arrange(system());
    system().advance(91 * 86_400_000);
    await system().rotate(SECRETS.sub, { apiKey: KEYS.sub, apiSecret: 'made again today, so it is young' });
    const { out } = await piped('list', '--older-than', '90d', '--json');
    const names = JSON.parse(out.join('\n')).map(({ secret }: { secret: string }) => secret);
    expect(names).toContain(SECRETS.master);
    expect(names).not.toContain(SECRETS.sub);
    expect((await piped('list', '--older-than', '92d')).out).toEqual(['No secrets under key-revoker/ match']);
  });

  it('says which secrets it leaves out, since another region answers for them', async () => {
    await arrange(system());
    const { secrets } = system().aws;
    secrets.put({ ...secrets.find(SECRETS.master), primaryRegion: 'eu-west-1' });
    const { out } = await piped('list');
    expect(out.at(-1)).toBe(
      `This secret is a replica, and the deployment in the region of the original answers for it: ${SECRETS.master}`,
    );
    secrets.put({ ...secrets.find(SECRETS.sub), primaryRegion: 'eu-west-1' });
    expect((await piped('list')).out.at(-1)).toMatch(
      /^2 of the secrets are replicas, and the deployment .* for them: /,
    );
  });

  it('names what is marked for deletion', async () => {
    await arrange(system());
    await system().markForDeletion(SECRETS.master);
    expect((await piped('list')).out.at(-1)).toBe(
      `This secret is marked for deletion, so nothing can open it: ${SECRETS.master}`,
    );
    await system().markForDeletion(SECRETS.sub);
    expect((await piped('list')).out.at(-1)).toBe(
      `2 of the secrets are marked for deletion, so nothing can open them: ${SECRETS.sub}, ${SECRETS.master}`,
    );
  });

  it('names to machines what it does not open, after the others', async () => {
    await arrange(system());
    const { secrets } = system().aws;
    secrets.put({ ...secrets.find(SECRETS.sub), primaryRegion: 'eu-west-1' });
    await system().tag(SECRETS.master, { 'key-revoker:provider': 'bybit' });
    await system().markForDeletion(SECRETS.master);
    const all = JSON.parse((await piped('list', '--json')).out.join('\n'));
    expect(all.slice(-2)).toMatchObject([
      { secret: SECRETS.sub, state: 'replica', provider: null, expiresAt: null, version: expect.stringMatching(/./) },
      { secret: SECRETS.master, state: 'marked for deletion', provider: 'bybit', expiresAt: 'tomorrow', key: null },
    ]);
    expect(Object.keys(all.at(-1))).toEqual(Object.keys(all[0]));
  });

  it('says all of it to machines', async () => {
    await arrange(system());
    const all = JSON.parse((await piped('list', '--json')).out.join('\n'));
    const named = (name: string) => all.find(({ secret }: { secret: string }) => secret === name);
    expect(named(SECRETS.kalshiKey)).toMatchObject({
      provider: 'kalshi',
      environment: 'prod',
      key: `kalshi/prod/${KEYS.kalshiKey}`,
      state: 'dead',
      provedAt: expect.stringMatching(/^2026-11-20T10:/),
      problem: null,
    });
    expect(named('key-revoker/odd/number').problem).toBe(
      'Cannot read the secret: it must be a JSON object; it is a number',
    );
    expect(named('key-revoker/odd/shape').problem).toMatch(/^Cannot read /);
  });

  it('says which right is missing where AWS denies it the listing, and what gives that right', async () => {
    system().aws.faults.add({ service: 'secretsmanager', action: 'ListSecrets', kind: 'deny', times: 3 });
    const { exit, told } = await piped('list');
    expect([exit, told]).toEqual([
      1,
      [
        'Cannot list secrets: AccessDeniedException; the role must be allowed secretsmanager:ListSecrets',
        'Use a role that was granted access with grantOperate',
      ],
    ]);
  });

  it.each([80, 160])('fits a terminal of %i columns', async (width) => {
    await arrange(system());
    const { out } = await commandLine(system, { width })('list');
    expect(Math.max(...out.map((line) => line.length))).toBeLessThanOrEqual(width);
    expect(out.join('\n')).toContain('dead 2026-11-20');
  });
});
