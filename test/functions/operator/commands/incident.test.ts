import { describe, expect, it } from 'vitest';
import { provedAt } from '../../../proved-at.ts';
import { deadKeys, KEYS, SECRETS, seedKeys } from '../../../seed-keys.ts';
import { type System, systemForEachTest } from '../../../whole/system/system.ts';
import { cardAs } from '../card-as.ts';
import { commandLine } from '../command-line.ts';

const MANAGED = { 'key-revoker:signed-by': SECRETS.requestyManager };
const BYBIT = ['incident', '--provider', 'bybit', '--reference', 'INC-1'];
const REQUESTY = ['incident', '--provider', 'requesty', '--reference', 'INC-2'];

/** Calls that changed a key, by the providers' own records. */
const callsOf = ({ bybit, requesty }: System): number =>
  [bybit, requesty].flatMap(({ record }) => record.filter(({ method }) => method !== 'GET')).length;

describe('incident', () => {
  const system = systemForEachTest();
  const piped = commandLine(system);

  it('deletes every key that is meant, of whatever kind, past one that cannot be', async () => {
    await seedKeys(system());
    const { exit, out, told } = await piped(...BYBIT, '--count', '5');
    expect(exit).toBe(3);
    expect(told.slice(2, 7).map((line) => line.split(/ {2,}/).slice(0, 4))).toEqual([
      [SECRETS.sub, 'SUBK…0001', 'delete-sub-key', 'itself'],
      [SECRETS.master, 'MAST…0001', 'delete-master-key', 'itself'],
      [SECRETS.rsaMaster, 'MAST…0002', 'delete-master-key', 'itself'],
      [SECRETS.rotatedSub, 'SUBK…0003', 'delete-sub-key', 'itself'],
      [SECRETS.forgotten, 'SUBK…0009', 'delete-sub-key or delete-master-key', 'itself'],
    ]);
    expect(told).toContain('5 keys to be deleted. Every delete is final');
    expect(told.slice(-3)).toEqual([
      '████████████████████ 5/5  4 revoked  1 stuck',
      expect.stringMatching(/^Whether the keys stay gone is confirmed by 2026-\S+Z\. Keep the secrets until then$/),
      '1 key not deleted: key-revoker stuck list names it, and key-revoker stuck show says what to do next',
    ]);
    expect(out[2]).toMatch(new RegExp(`^${SECRETS.forgotten} +SUBK…0009 +stuck/not-recognised +1 +–$`));
    expect(out.filter((line) => / revoked /.test(line))).toHaveLength(4);
    expect(deadKeys(system()).toSorted()).toEqual([KEYS.sub, KEYS.master, KEYS.rsaMaster, KEYS.newSub].toSorted());
    const limits = JSON.parse((await piped('limit', 'show', '--json')).out.join('\n'));
    expect(limits[0]).toMatchObject({ provider: 'bybit', kind: 'urgent', limit: 1_005 });
  });

  it('names the matching secrets that it cannot open', async () => {
    await seedKeys(system());
    await system().markForDeletion(SECRETS.sub);
    await system().tag(SECRETS.kalshiKey, { 'key-revoker:provider': 'kalshi' });
    await system().markForDeletion(SECRETS.kalshiKey);
    const note = `This secret is marked for deletion, so nothing can open it: ${SECRETS.sub}`;
    const { told, out } = await piped(...BYBIT, '--name-prefix', SECRETS.master, '--count', '1', '--json');
    expect([told.filter((line) => line.includes('marked')), JSON.parse(out.join('\n')).unopened]).toEqual([[], []]);
    const one = await piped(...BYBIT, '--name-prefix', SECRETS.sub);
    expect([one.exit, one.told]).toEqual([4, [`Cannot find a key of bybit that matches and may be alive. ${note}`]]);
    const all = await piped(...BYBIT, '--count', '3', '--json');
    expect(all.told).toContain(`! ${note}`);
    expect(JSON.parse(all.out.join('\n')).unopened).toEqual([SECRETS.sub]);
  });

  it('lets managing keys go last', async () => {
    await seedKeys(system());
    for (const name of [SECRETS.requestyKey, SECRETS.requestySecondManager]) await system().tag(name, MANAGED);
    const { exit, told } = await piped(...REQUESTY, '--count', '3');
    expect([exit, told[4]]).toEqual([0, expect.stringMatching(/management .* itself, last: it signs for others$/)]);
    const receipts = system()
      .receipts()
      .filter(({ dryRun }) => !dryRun);
    expect(receipts.map(({ outcome }) => outcome)).toEqual(['revoked', 'revoked', 'revoked']);
    expect(receipts.at(-1)?.signer?.secretId).toBe(SECRETS.requestyManager);
    expect(receipts.map(({ signer }) => signer?.as)).toEqual(['managing', 'managing', 'self']);
    const [, before, last] = receipts;
    expect(Date.parse(last?.times.dueAt ?? '')).toBeGreaterThanOrEqual(
      before === undefined ? Number.NaN : provedAt(before),
    );
  });

  it.each([80, 160])('fits a terminal of %i columns, every name whole', async (width) => {
    await seedKeys(system());
    const by = ['--signed-by', SECRETS.requestyManager];
    const { exit, told, out } = await commandLine(system, { width, answers: ['3'] })(...REQUESTY, ...by);
    expect(exit).toBe(0);
    const tables = [
      told.slice(
        0,
        told.findIndex((line) => line.startsWith('3 keys')),
      ),
      out,
    ];
    for (const lines of tables) {
      expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(width);
      for (const name of [SECRETS.requestyKey, SECRETS.requestySecondManager, SECRETS.requestyManager])
        expect(lines.some((line) => line.startsWith(name))).toBe(true);
    }
    expect(told.join('\n')).toContain(SECRETS.requestyManager);
  });

  it('deletes nothing without the count, and raises no limit', async () => {
    await seedKeys(system());
    const typed = await commandLine(system, { answers: ['2'] })(...REQUESTY);
    expect([typed.exit, typed.asked]).toEqual([5, ['Type 3 to continue: ']]);
    expect(typed.told).toContainEqual(
      expect.stringMatching(
        /^! key-revoker\/\S+: This key does not have the permission manage: write, so Requesty will likely refuse the call\. /,
      ),
    );
    const given = await piped(...REQUESTY, '--count', '4');
    expect([given.exit, given.told.at(-1)]).toEqual([5, 'Cannot continue without 3: nothing was sent']);
    const nobody = await piped(...REQUESTY);
    expect([nobody.exit, nobody.told.at(-1)]).toEqual([
      2,
      'Cannot ask for confirmation without a terminal: use --count 3',
    ]);
    expect(await system().waiting()).toEqual([]);
    expect(await system().ledger()).not.toContain('override');
  });

  it.each([0, 3, 4, 5])(
    'continues after it was broken off in wait %i, and sends nothing twice',
    async (breakOffAfter) => {
      await seedKeys(system());
      await system().tag(SECRETS.requestyKey, MANAGED);
      const broken = await commandLine(system, { breakOffAfter })(...REQUESTY, '--count', '3');
      const left = breakOffAfter < 3 ? '' : '. Run the same command again for the rest';
      expect([broken.exit, broken.told.at(-1)]).toEqual([5, `Interrupted: what was sent continues${left}`]);
      // What was sent is received soon.
      await system().settle();
      const asked = await piped(...REQUESTY);
      const [, count] = /without a terminal: use --count (\d)$/.exec(asked.told.at(-1) ?? '') ?? [];
      const ran = count === undefined ? asked : await piped(...REQUESTY, '--count', count);
      expect(ran.exit).toBe(0);
      expect(ran.out.filter((line) => / revoked /.test(line))).toHaveLength(3);
      await system().settle();
      expect(callsOf(system())).toBe(3);
      const real = system()
        .receipts()
        .filter(({ dryRun }) => !dryRun);
      expect(new Set(real.map(({ requestId }) => requestId)).size).toBe(3);
    },
  );

  it('sends nothing where the user has broken off before, though the count was given', async () => {
    await seedKeys(system());
    const { exit, told } = await commandLine(system, { isBrokenOff: true })(...REQUESTY, '--count', '3');
    expect([exit, told.at(-1)]).toEqual([5, 'Interrupted: nothing was sent']);
    expect(await system().waiting()).toEqual([]);
    expect(await system().ledger()).not.toContain('override');
  });

  it('shows an earlier run again, and does nothing', async () => {
    await seedKeys(system());
    await piped(...BYBIT, '--count', '5');
    const sent = system().receipts().length;
    const { exit, out, told } = await piped(...BYBIT);
    expect([exit, out.length]).toEqual([3, 7]);
    expect(told).toContain('5 already sent by an earlier run: this run follows them');
    await system().settle();
    expect(system().receipts()).toHaveLength(sent);
  });

  it('takes only the keys that match name and tags, and lists what it cannot read and of what is dead', async () => {
    await seedKeys(system());
    await system().tag(SECRETS.sub, { team: 'desk-7', stage: 'a=b' });
    await system().tag(SECRETS.master, { team: 'desk-7' });
    const tagged = await piped(...BYBIT, '--tag', 'team=desk-7', '--tag', 'stage=a=b', '--count', '1', '--json');
    expect(tagged.exit).toBe(0);
    expect(JSON.parse(tagged.out.join('\n'))).toMatchObject({
      reference: 'INC-1',
      keys: [{ secret: SECRETS.sub, over: true, receipts: [{ outcome: 'revoked', request: { reason: 'incident' } }] }],
      left: [],
    });
    await system().store('key-revoker/bybit/desk-7-odd', { user: 'me' });
    const other = [...BYBIT.slice(0, -1), 'INC-3', '--name-prefix', 'key-revoker/bybit/desk-7'];
    const named = await piped(...other, '--count', '1');
    expect(named.exit).toBe(3);
    expect(named.told).toContain(
      '✖ key-revoker/bybit/desk-7-odd: Cannot tell which provider the credential is for, so none was asked: store it in a documented form, and tag the secret with key-revoker:provider',
    );
    expect(named.told).toContain('1 more already proved gone, and left out');
    expect(deadKeys(system())).toEqual([KEYS.master, KEYS.sub]);
  });

  it('refuses what makes no sense', async () => {
    const refusals: readonly (readonly [words: readonly string[], exit: number, sentence: string])[] = [
      [['--provider', 'x', '--reference', 'I'], 2, "Option '--provider <name>' argument 'x' is invalid."],
      [['--provider', 'bybit'], 2, "Required option '--reference <ticket>' not specified"],
      [['--provider', 'bybit', '--reference', 'I', '--read-only'], 2, 'Cannot use --read-only without --contain'],
      [['--provider', 'bybit', '--reference', 'I', '--tag', 'team'], 2, "Option '--tag <key=value>' argument 'team'"],
      [['--provider', 'bybit', '--reference', 'I'], 4, 'Cannot find a key of bybit that matches and may be alive'],
    ];
    for (const [words, exit, sentence] of refusals)
      expect(await piped('incident', ...words)).toMatchObject({ exit, told: [expect.stringContaining(sentence)] });
    await piped('pause', '--reason', 'migration', '--by', 'alex');
    const { exit, told } = await piped(...BYBIT);
    expect([exit, told]).toEqual([
      1,
      ['Cannot begin while requests are paused by alex (migration): run key-revoker resume first'],
    ]);
  });

  it('says so where all that are meant are dead already', async () => {
    await seedKeys(system());
    const named = ['--name-prefix', SECRETS.sub];
    await piped(...BYBIT, ...named, '--count', '1');
    const { exit, told } = await piped(...BYBIT.slice(0, -1), 'INC-2', ...named);
    const why = '(1 matching key is already proved gone)';
    expect([exit, told]).toEqual([4, [`Cannot find a key of bybit that matches and may be alive ${why}`]]);
  });
});

describe('incident, where the mode is observe,', () => {
  const system = systemForEachTest({ environment: { MODE: 'observe' } });

  it('plans, says so, and raises no limit', async () => {
    await cardAs({ mode: 'observe' });
    await seedKeys(system());
    const words = [...BYBIT, '--name-prefix', SECRETS.sub, '--count', '1'];
    const { exit, told, out } = await commandLine(system)(...words);
    expect([exit, out[2]]).toEqual([0, expect.stringMatching(/ planned +0 +–$/)]);
    expect(told).toContain('1 key to be planned only: the mode is observe, and no key is touched');
    expect(deadKeys(system())).toEqual([]);
    expect(await system().ledger()).not.toContain('override');
  });
});
