import { describe, expect, it } from 'vitest';
import { COMMANDS } from '../../../../functions/operator/commands/index.ts';
import about from '../../../../package.json' with { type: 'json' };
import { KEYS, SECRETS, seedKeys } from '../../../seed-keys.ts';
import { systemForEachTest } from '../../../whole/system/system.ts';
import { ADMINISTRATOR, commandLine, type Typing } from '../command-line.ts';
import { configured } from '../configured.ts';

/** The words of an example, as a shell would part them. */
const wordsOf = (example: string): readonly string[] =>
  (example.replace(/ < .*/, '').match(/"[^"]*"|\S+/g) ?? []).map((word) => word.replaceAll('"', ''));

describe('every command', () => {
  const system = systemForEachTest();
  const typed = (typing: Typing, ...words: readonly string[]) => commandLine(system, typing)(...words);
  const piped = commandLine(system);

  it('is of the version of the package', async () => {
    expect(await piped('--version')).toMatchObject({ exit: 0, out: [about.version] });
  });

  it.each(Object.keys(COMMANDS))('shows examples in its help: %s', async (name) => {
    const { exit, out } = await piped(name, '--help');
    expect(exit).toBe(0);
    const shown = out.slice(out.indexOf('Examples:') + 1);
    expect(shown).toEqual(COMMANDS[name]?.examples.map((words) => `  key-revoker ${words}`));
    expect(shown).not.toEqual([]);
  });

  it.each(Object.values(COMMANDS).flatMap(({ examples }) => examples))('takes its example: %s', async (example) => {
    const environment = configured({ contexts: { production: { prefix: 'key-revoker/' } } });
    // Nothing is under the prefix, so that no example acts on anything. A usage error would be another matter.
    const { exit, told } = await typed(
      { environment, input: 'x', breakOffAfter: 0, isBrokenOff: example.startsWith('console') },
      ...wordsOf(example),
    );
    expect(told.filter((line) => /option|argument|command '/.test(line))).toEqual([]);
    if (!/^(find|kill|incident) /.test(example)) expect(exit).not.toBe(2);
  });

  describe('its output', () => {
    it('is a table, JSON or CSV', async () => {
      await seedKeys(system());
      const [head = '', rule = ''] = (await piped('list')).out;
      expect([head, rule]).toEqual([expect.stringMatching(/^Secret +Provider/), expect.stringMatching(/^─+$/)]);
      const json = (await piped('list', '-o', 'json')).out;
      expect(json).toEqual((await piped('list', '--json')).out);
      const csv = (await piped('--output', 'csv', 'list')).out;
      expect(csv[0]).toBe(
        'secret,arn,version,provider,environment,key,expiresAt,state,firstSeenAt,provedAt,createdAt,problem',
      );
      expect(csv).toHaveLength(JSON.parse(json.join('\n')).length + 1);
    });

    it('is a part of the JSON, as the AWS CLI takes it', async () => {
      await seedKeys(system());
      const mine = `[?secret=='${SECRETS.kalshiKey}']`;
      expect((await piped('list', '--query', `${mine}.provider | [0]`)).out).toEqual(['"kalshi"']);
      expect((await piped('list', '--query', `${mine}.provider`, '-o', 'csv')).out).toEqual(['kalshi']);
      expect((await piped('list', '--query', `${mine}.{a:provider,b:state}`, '-o', 'csv')).out).toEqual([
        'a,b',
        'kalshi,not seen',
      ]);
      expect((await piped('list', '--query', `${mine}.[provider,key]`, '-o', 'csv')).out).toEqual([
        `kalshi,kalshi/prod/${KEYS.kalshiKey}`,
      ]);
    });

    it.each([
      ['a query that is none', ['status', '--query', 'a['], /^Cannot use --query: Invalid jmespath expression/],
      ['a function that is not there', ['status', '--query', 'no(@)'], /^Cannot use --query: Unknown function: no\(\)/],
      ['a query of a table', ['status', '--query', 'a', '-o', 'table'], /^Cannot use --query with -o table/],
      ['CSV of what is no list', ['status', '-o', 'csv'], /^Cannot print this as csv: it is no list/],
      ['JSON of a text', ['report', '--reference', 'x', '--json'], /^Cannot print this as json: .* a text$/],
      ['another format', ['status', '-o', 'yaml'], /Allowed choices are table, json, csv/],
    ])('cannot be %s, and nothing is done', async (_what, words, says) => {
      const { exit, told } = await piped(...words);
      expect([exit, told]).toEqual([2, [expect.stringMatching(says)]]);
    });

    it('is whole where the query does not suit it, since by then the command has acted', async () => {
      await seedKeys(system());
      const { exit, out, told } = await piped('resume', '--query', 'length(waiting)');
      expect(exit).toBe(0);
      expect(told).toEqual([expect.stringMatching(/^Cannot apply --query, so this is the whole result: Invalid arg/)]);
      expect(JSON.parse(out.join('\n'))).toEqual({ paused: false, waiting: 0 });
    });
  });

  describe('quietly', () => {
    const REQUEST = ['request', 'kalshi/delete-key', '--secret', SECRETS.kalshiKey, '--target', 'self'];

    it('prints the result and nothing else', async () => {
      await seedKeys(system());
      const loud = await piped(...REQUEST, '--yes', '--wait', '--request-id', 'R-1');
      expect(loud.told).not.toEqual([]);
      system().advance(1_000);
      const { exit, out, told, shown } = await piped('--quiet', 'status', 'R-1');
      expect([exit, out[0], told, shown]).toEqual([0, expect.stringMatching(/^revoked /), [], []]);
    });

    it('still says what a question is about, and what went wrong', async () => {
      await seedKeys(system());
      const { exit, told } = await typed({ width: 80, answers: ['no'] }, ...REQUEST, '--quiet');
      expect(exit).toBe(5);
      expect(told.join('\n')).toContain(SECRETS.kalshiKey);
      expect(told.at(-1)).toBe('Cannot continue without yes: nothing was sent');
      expect((await piped('status', 'nobody', '--quiet')).told).toEqual([
        expect.stringMatching(/^Cannot find "nobody"/),
      ]);
    });
  });

  it('tells of each call to AWS with its request id, and nothing that was sent', async () => {
    await seedKeys(system());
    const { exit, told } = await piped('find', KEYS.kalshiKey, '--debug');
    expect(exit).toBe(0);
    expect(told.length).toBeGreaterThan(3);
    for (const line of told) expect(line).toMatch(/^\w+ \w+: OK 200 after \d+ ms, (no request id|request id [\w-]+)$/);
    expect(told).toContainEqual(expect.stringMatching(/^SecretsManager GetSecretValue: OK 200/));
    expect(told.join('\n')).not.toContain(KEYS.kalshiKey);
    const missing = await typed({ credentials: ADMINISTRATOR }, 'find', 'x', '--prefix', 'other/', '--debug');
    expect(missing.told[0]).toMatch(/^SSM GetParameter: ParameterNotFound 400 after \d+ ms, /);
  });

  describe('its context', () => {
    const contexts = { here: { prefix: 'key-revoker/' }, other: { prefix: 'other/', region: 'eu-west-1' } };

    it('names the deployment', async () => {
      const environment = configured({ contexts });
      const list = (...words: readonly string[]) =>
        typed({ environment, credentials: ADMINISTRATOR }, 'list', ...words);
      expect((await list('--context', 'here')).exit).toBe(0);
      const { exit, told } = await list('--context', 'other');
      expect([exit, told]).toEqual([4, [expect.stringContaining('with the prefix "other/"')]]);
      expect((await list('--context', 'other', '--prefix', 'key-revoker/')).exit).toBe(0);
      const chosen = { ...environment, KEY_REVOKER_CONTEXT: 'other' };
      const named = await typed({ environment: chosen, credentials: ADMINISTRATOR }, 'list');
      expect(named.told).toEqual(told);
    });

    it('is used only if it is named', async () => {
      const environment = configured({ contexts: { other: { prefix: 'other/' } } });
      expect((await typed({ environment }, 'list')).exit).toBe(0);
    });

    it('is listed', async () => {
      const environment = configured({ contexts });
      expect((await typed({ environment }, 'contexts', '-o', 'csv')).out).toEqual([
        'name,prefix,region,profile',
        'here,key-revoker/,,',
        'other,other/,eu-west-1,',
      ]);
      expect((await piped('contexts')).out).toEqual([expect.stringMatching(/^There are no contexts/)]);
    });

    it.each([
      ['no JSON', 'prefix: key-revoker/', /config\.json: it must be JSON such as /],
      ['a field that has no place there', { contexts: { a: { secret: 'x' } } }, /contexts\.a is wrong; it must be/],
      ['an empty prefix', { contexts: { a: { prefix: '' } } }, /contexts\.a\.prefix is wrong; it must be/],
    ])('is refused where the file is %s', async (_what, text, says) => {
      const { exit, told } = await typed({ environment: configured(text) }, 'list', '--context', 'a');
      expect([exit, told]).toEqual([2, [expect.stringMatching(says)]]);
    });

    it('is refused where it is not there, or two deployments are named', async () => {
      const environment = configured({ contexts });
      expect((await typed({ environment }, 'list', '--context', 'toString')).told).toEqual([
        expect.stringMatching(/^Cannot find the context "toString" in .*: it has here, other$/),
      ]);
      const both = { ...environment, KEY_REVOKER_CONTEXT: 'here', KEY_REVOKER_PREFIX: 'other/' };
      expect((await typed({ environment: both }, 'list')).told).toEqual([
        'Cannot use KEY_REVOKER_CONTEXT and KEY_REVOKER_PREFIX together: unset one of them',
      ]);
    });
  });
});
