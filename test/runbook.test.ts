import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Stack } from 'aws-cdk-lib';
import { EventBus } from 'aws-cdk-lib/aws-events';
import { describe, expect, it, onTestFinished } from 'vitest';
import { synthesize, type Template } from '../infra/synthesize.ts';
import { awsCommand } from './aws-command.ts';
import { awsOutput } from './aws-output.ts';
import { commandLine } from './functions/operator/command-line.ts';
import { blocksOf, textOf } from './pages.ts';
import { runShell } from './run-shell.ts';
import { seedKeys } from './seed-keys.ts';
import { sendAwsCommand } from './send-aws-command.ts';
import { variablesFrom } from './variables-from.ts';
import { refusing } from './whole/alarms/troubles.ts';
import { type System, systemForEachTest } from './whole/system/system.ts';

const PAGE = 'docs/runbook.md';
const SECTIONS = [...textOf(PAGE).matchAll(/^## (.+)$/gm)].map(([, name]) => name);

/** An instance with the alarms that depend on a prop. */
const withEveryAlarm = (): Template => {
  const audit = 'arn:aws:events:eu-central-1:210987654321:event-bus/audit';
  return synthesize({ receiptsBus: EventBus.fromEventBusArn(new Stack(), 'Audit', audit) });
};

describe('the sections', () => {
  it('are those that the alarms name, one for each', () => {
    // The one that is made of others comes first.
    const named = ['AWS::CloudWatch::CompositeAlarm', 'AWS::CloudWatch::Alarm']
      .flatMap((type) => Object.values(withEveryAlarm().Resources).filter(({ Type }) => Type === type))
      .map(({ Properties }) =>
        /^[^.]+\. See "([^"]+)" in docs\/runbook\.md$/.exec(String(Properties['AlarmDescription'])),
      )
      .map((found) => found?.[1]);
    expect(SECTIONS).toEqual(named);
  });

  it('say what it means, where to look and what to do', () => {
    const [, ...texts] = textOf(PAGE).split(/^## .+$/m);
    expect(texts).toHaveLength(SECTIONS.length);
    for (const text of texts) expect(text).toMatch(/\*\*Means\.\*\* .+\*\*Look\.\*\* .+\*\*Do\.\*\* /s);
  });

  it('name commands that there are', () => {
    const named = [...textOf(PAGE).matchAll(/`(key-revoker [a-z ]+)`/g)].map(([, command = '']) => command);
    expect(named.length).toBeGreaterThan(5);
    expect(named.filter((command) => !textOf('docs/command-line.md').includes(`\n${command}`))).toEqual([]);
  });
});

const system = systemForEachTest();

/** Runs the commands of a section. @returns what they print */
const run = async (section: string, running: System): Promise<string> => {
  const folder = mkdtempSync(join(tmpdir(), 'runbook-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const block = blocksOf(PAGE).find((each) => each.section === section && each.language === 'sh');
  return runShell(block?.text ?? 'exit 1', {
    folder,
    now: Math.floor(Date.now() / 1_000),
    variables: variablesFrom(running),
    aws: async (words) => {
      const { query, output, ...command } = awsCommand(words, () => '');
      const { $metadata, ...reply } = await sendAwsCommand(command);
      return awsOutput(reply, { ...(query && { query }), ...(output && { output }) });
    },
    keyRevoker: async (words) => {
      const { out, exit } = await commandLine(() => running)(...words);
      return { text: `${out.join('\n')}\n`, status: exit };
    },
  });
};

const stuck = async (): Promise<void> => {
  await seedKeys(system(), { without: ['requestyManager'] });
  await system().send(textOf('events/revoke.requesty-delete-key-by-manager.json'));
  await system().send(textOf('events/revoke.bybit-delete-sub-key-by-master.json'));
  await system().settle();
};

/** What has happened, and what the commands of the section then show. */
const SCENES: Readonly<Record<string, readonly [before: () => Promise<unknown>, shows: RegExp]>> = {
  'A message is on the stuck queue': [
    stuck,
    /^1 {2}\S+ +requesty\/delete-key +\S+ +stuck\/credential-missing .*^ {2}The credential is not in Secrets Manager\. /ms,
  ],
  'A message is on the undelivered queue': [
    async () => {
      const { url = '', arn = '' } =
        Object.entries(system().deployment.queues).find(([id]) => id.includes('Undelivered'))?.[1] ?? {};
      expect(url).not.toBe('');
      await system().aws.queues.deliver(arn, '{"detail":{}}', { ERROR_MESSAGE: 'access denied' });
    },
    /^access denied\t\{"detail":\{\}\}\n$/,
  ],
  'A case is open for too long': [
    async () => {
      await seedKeys(system());
      system().bybit.faults.script(refusing);
      await system().send(textOf('events/revoke.bybit-delete-sub-key-by-master.json'));
      await system().settle();
    },
    /^INC-2041-desk-7#1 +bybit\/mainnet\/SUBKEYexample00001 .* ended, key not proved gone$/m,
  ],
  'The system is paused': [
    () => commandLine(system)('pause', '--by', 'alice', '--reason', 'a test'),
    /^ {2}paused +by alice \(a test\) .* ago: no request starts until resume$/m,
  ],
  'A notification was lost': [stuck, /^revoked .*\n {2}The key is gone: /],
};

describe('the commands', () => {
  it('have a scene each', () => {
    const withCommands = blocksOf(PAGE).filter(({ text }) => /^(aws|key-revoker) /m.test(text));
    expect(withCommands.map(({ section }) => section)).toEqual(Object.keys(SCENES));
  });

  it.each(Object.entries(SCENES))('of “%s” show what there is to see', async (section, [before, shows]) => {
    await before();
    expect(await run(section, system())).toMatch(shows);
  });

  it('leave messages where they are', async () => {
    await stuck();
    await run('A message is on the stuck queue', system());
    expect(await system().stuck()).toHaveLength(1);
  });
});
