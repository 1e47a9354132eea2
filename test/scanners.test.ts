import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Buses } from '../infra/local/aws/bus/buses.ts';
import { parsePattern } from '../infra/local/aws/bus/event-pattern.ts';
import { commandLine } from './functions/operator/command-line.ts';
import { ROOT, rowsOf, textOf } from './pages.ts';
import { CREDENTIALS, deadKeys, KEYS, seedKeys } from './seed-keys.ts';
import { systemForEachTest } from './whole/system/system.ts';

const PAGE = 'docs/scanners.md';

const alert = (name: string) => JSON.parse(textOf(`events/alert.${name}.json`));
const ruleFor = (name: string) => JSON.parse(textOf(`events/rule.${name}.json`));

/** What a simple path of jq finds: names, and `[]` for each element. */
const found = (path: string, value: unknown): readonly unknown[] =>
  path
    .split(/(?=\.)|(?=\[\])/)
    .reduce<readonly unknown[]>(
      (values, step) =>
        values.flatMap((each) =>
          step === '[]' ? (each as readonly unknown[]) : [(each as Record<string, unknown>)[step.slice(1)]],
        ),
      [value],
    );

/** The path for each scanner, as the page gives it. */
const PATHS = Object.fromEntries(
  rowsOf(PAGE).flatMap(([scanner = '', path = '']) => (path.startsWith('.') ? [[scanner, path]] : [])),
);

describe('an alert of a scanner', () => {
  const system = systemForEachTest();

  it('has a test for each file', () => {
    const files = readdirSync(join(ROOT, 'events')).filter((name) => /^(alert|rule)\./.test(name));
    const rules = ['aws-health', 'gitguardian'];
    const alerts = [...rules, 'github', 'kingfisher'].map((name) => `alert.${name}.json`);
    expect(files).toEqual([...alerts, ...rules.map((name) => `rule.${name}.json`)].toSorted());
    expect(Object.keys(PATHS)).toEqual(['Kingfisher', 'GitHub']);
  });

  it.each(Object.entries(PATHS))('with the secret in it kills the key: %s', async (scanner, path) => {
    await seedKeys(system());
    const [secret, ...more] = found(path, alert(scanner.toLowerCase()));
    expect([secret, more]).toEqual(['SECRET-OF-THE-LEAKED-KEY', []]);
    const { apiKey } = CREDENTIALS.requestyManager as { readonly apiKey: string };
    const { exit } = await commandLine(system, { input: `${apiKey}\n` })('kill', '-', '--leaked', '--yes', '--wait');
    expect([exit, deadKeys(system())]).toEqual([0, [KEYS.requestyManager]]);
  });

  it.each(['gitguardian', 'aws-health'])('without the secret kills the key by a rule: %s', async (name) => {
    await seedKeys(system());
    const { EventPattern, InputTransformer } = ruleFor(name);
    const buses = new Buses(Date.now, async (_arn, body) => {
      await system().send(body);
      return true;
    });
    const pattern = parsePattern(JSON.stringify(EventPattern));
    const targets = [{ Id: 'topic', Arn: 'arn:aws:sqs:us-east-1:123456789012:requests', InputTransformer }];
    buses.rulesOf()?.set('leaked', { arn: 'arn:aws:events:::rule/leaked', pattern, isEnabled: true, targets });
    await buses.publish(alert(name), 'default');
    // The same alert again is the same request, and an alert about something else is none.
    await buses.publish(alert(name), 'default');
    await buses.publish({ ...alert(name), detail: {} }, 'default');
    await system().settle();
    const ended = system()
      .receipts()
      .filter(({ final }) => final);
    expect(ended).toMatchObject([{ outcome: 'revoked', request: { reason: 'leaked' } }]);
    expect(ended[0]?.requestId).toMatch(new RegExp(`^${name}-[\\w-]+$`));
    expect(deadKeys(system())).toEqual([KEYS.sub]);
  });

  it.each(['gitguardian', 'aws-health', 'github', 'kingfisher'])(
    'is refused where it comes by itself: %s',
    async (name) => {
      await seedKeys(system());
      await system().send(alert(name));
      await system().settle();
      expect(system().receipts()).toMatchObject([{ outcome: 'refused', code: 'malformed' }]);
      expect(deadKeys(system())).toEqual([]);
    },
  );
});
