import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import recommended from 'aws-cdk-lib/recommended-feature-flags.json' with { type: 'json' };
import { describe, expect, it, onTestFinished } from 'vitest';
import cdk from '../../cdk.json' with { type: 'json' };
import { readContext } from '../../infra/app-context.ts';

const SECOPS = 'arn:aws:iam::123456789012:role/secops';
const ONCALL = 'arn:aws:sns:eu-central-1:123456789012:on-call';
const SESSION = 'arn:aws:sts::123456789012:assumed-role/secops/alice';
const THE_ROLE = `the role of that session: ${SECOPS}, with its path before the name if it has one`;

/** What the CDK itself puts there, by the command line and for a lookup. */
const OF_CDK = {
  ...cdk.context,
  ...recommended,
  'aws:cdk:bundling-stacks': [],
  'aws:cdk:enable-path-metadata': true,
  'aws:cdk:disable-version-reporting': true,
  'availability-zones:account=123456789012:region=eu-central-1': ['eu-central-1a'],
  'cli-version': '2',
};

describe('the context', () => {
  it('is what `cdk.json` says where nothing else is given: no key is touched, and nobody may send', () =>
    expect(readContext(OF_CDK)).toEqual({
      revocation: { mode: 'observe' },
      senders: [],
      requestTopics: [],
      alarmTopics: [],
      urgentAlarmTopics: [],
    }));

  it.each(['mode', 'senders', 'alarmTopics'])('has no default for %s: it is said, also where it is nothing', (name) => {
    const { [name]: _, ...rest }: Readonly<Record<string, unknown>> = OF_CDK;
    expect(() => readContext(rest)).toThrow(
      `Cannot deploy without the context "${name}": write it into context in cdk.json, or give -c ${name}=…`,
    );
  });

  it.each([
    ['texts with commas', 'kalshi, bybit', ` ${SECOPS} ,${SECOPS}2`, `${ONCALL},${ONCALL}2`],
    ['lists', ['kalshi', ' bybit'], [SECOPS, `${SECOPS}2 `], [ONCALL, `${ONCALL}2`]],
  ])('is read from %s, blanks around each left out', (_what, providers, senders, alarmTopics) =>
    expect(
      readContext({ prefix: 'team/', mode: 'observe', providers, senders, alarmTopics, requestTopics: alarmTopics }),
    ).toEqual({
      revocation: { prefix: 'team/', mode: 'observe', providers: ['kalshi', 'bybit'] },
      senders: [SECOPS, `${SECOPS}2`],
      alarmTopics: [ONCALL, `${ONCALL}2`],
      requestTopics: [ONCALL, `${ONCALL}2`],
      urgentAlarmTopics: [],
    }),
  );

  it('leaves the context of others alone', () =>
    expect(
      readContext({ ...OF_CDK, account: '1', region: 'eu-central-1', stage: 'prod', vpcId: 'vpc-1', domain: 'd' }),
    ).toEqual({
      revocation: { mode: 'observe' },
      senders: [],
      requestTopics: [],
      alarmTopics: [],
      urgentAlarmTopics: [],
    }));

  it.each<[string, unknown, string]>([
    ['Mode', 'observe', 'Cannot use the context "Mode": use mode'],
    ['mdoe', 'observe', 'Cannot use the context "mdoe": use mode'],
    ['provider', 'bybit', 'Cannot use the context "provider": use providers'],
    ['sender', SECOPS, 'Cannot use the context "sender": use senders'],
    ['PREFIX', 'team/', 'Cannot use the context "PREFIX": use prefix'],
    ['alarmTopic', ONCALL, 'Cannot use the context "alarmTopic": use alarmTopics'],
    ['alarmTopics', `${ONCALL},on-call`, 'Cannot use "on-call" as one of alarmTopics: it must be the ARN of a topic'],
    ['alarmTopics', SECOPS, `Cannot use "${SECOPS}" as one of alarmTopics: it must be the ARN of a topic`],
    ['urgentAlarmTopics', 'pager', 'Cannot use "pager" as one of urgentAlarmTopics: it must be the ARN of a topic'],
    ['runbookUrl', 5, 'Cannot use 5 as runbookUrl: it must be a string'],
    ['requestTopic', ONCALL, 'Cannot use the context "requestTopic": use requestTopics'],
    ['requestTopics', `${ONCALL},*`, 'Cannot use "*" as one of requestTopics: it must be the ARN of a topic'],
    [
      'requestTopics',
      ONCALL.replace('on-call', '*'),
      'Cannot use "arn:aws:sns:eu-central-1:123456789012:*" as one of requestTopics: it must be the ARN of a topic',
    ],
    [
      'give-up-after',
      '12 hours',
      'Cannot use the context "give-up-after": use the prop giveUpAfter of KeyRevocation in an app of your own',
    ],
    ['prefix', 5, 'Cannot use 5 as prefix: it must be a string'],
    ['mode', true, 'Cannot use true as mode: it must be a string'],
    ['providers', [1], 'Cannot use [1] as providers: it must be strings with commas between them'],
    ['senders', '', 'Cannot use "" as one of senders: it must be a role or a user'],
    ['senders', `${SECOPS},secops`, 'Cannot use "secops" as one of senders: it must be a role or a user'],
    ['senders', SESSION, `Cannot use "${SESSION}" as one of senders: it must be ${THE_ROLE}`],
  ])('%s of %j is refused', (name, value, message) =>
    expect(() => readContext({ ...OF_CDK, [name]: value })).toThrow(new Error(message)),
  );
});

const ROOT = join(import.meta.dirname, '../..');

/** Runs the app as `cdk` does, without bundling. @returns its exit status, what it wrote as an error, and the template */
const synth = async (context: Readonly<Record<string, unknown>>) => {
  const folder = mkdtempSync(join(tmpdir(), 'synth-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const CDK_CONTEXT_JSON = JSON.stringify({ ...cdk.context, 'aws:cdk:bundling-stacks': [], ...context });
  const env = { CDK_CONTEXT_JSON, CDK_OUTDIR: folder };
  const running = promisify(execFile)(process.execPath, ['infra/app.ts'], { cwd: ROOT, env });
  const { code, stderr } = await running.then(({ stderr }) => ({ code: 0, stderr })).catch((error) => error);
  const template = () => JSON.parse(readFileSync(join(folder, 'KeyRevoker.template.json'), 'utf8'));
  return { code, stderr, template };
};

describe('the app', () => {
  it('deploys what the context says', async () => {
    const requestTopics = `${ONCALL},${ONCALL}2`;
    const { code, template } = await synth({ prefix: 'team/', mode: 'observe', senders: SECOPS, requestTopics });
    expect(code).toBe(0);
    const { Outputs, Resources } = template();
    expect([Outputs.Mode.Value, Outputs.Prefix.Value]).toEqual(['observe', 'team/']);
    expect(JSON.stringify(Resources)).toContain(SECOPS);
    expect(JSON.stringify(Resources)).toContain(`"REQUEST_TOPICS":"${requestTopics}"`);
  });

  it('has its alarms publish where the context says, and link the runbook', async () => {
    const runbookUrl = 'https://wiki.example.com/runbook';
    const { template } = await synth({ alarmTopics: ONCALL, urgentAlarmTopics: [`${ONCALL}2`, ONCALL], runbookUrl });
    const alarms = Object.values<{ Type: string; Properties: Record<string, unknown> }>(template().Resources)
      .filter(({ Type }) => Type.endsWith('Alarm'))
      .map(({ Properties }) => Properties);
    const actions = new Set(alarms.map(({ AlarmActions }) => JSON.stringify(AlarmActions)));
    expect(actions).toEqual(new Set([JSON.stringify([ONCALL]), JSON.stringify([ONCALL, `${ONCALL}2`])]));
    for (const { AlarmDescription } of alarms) expect(AlarmDescription).toContain(`See ${runbookUrl}#`);
  });

  it.each([
    ['a mistyped name', { Mode: 'observe' }, 'Cannot use the context "Mode": use mode'],
    ['a mistyped value', { mode: 'obsrve' }, 'Cannot use "obsrve" as mode: it must be enforce or observe'],
  ])('refuses %s in one sentence, and synthesizes nothing', async (_what, context, sentence) => {
    const { code, stderr, template } = await synth(context);
    expect([code, stderr]).toEqual([1, `${sentence}\n`]);
    expect(template).toThrow('ENOENT');
  });
});
