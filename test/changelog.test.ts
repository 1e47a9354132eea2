import { App, Stack } from 'aws-cdk-lib';
import { Vpc } from 'aws-cdk-lib/aws-ec2';
import { EventBus } from 'aws-cdk-lib/aws-events';
import { Key } from 'aws-cdk-lib/aws-kms';
import { expect, it } from 'vitest';
import { CONTEXT } from '../infra/app-context.ts';
import { KeyRevocation } from '../infra/key-revocation.ts';
import type { Template } from '../infra/synthesize.ts';
import { find, list, statementsOf } from './infra/policy-reader.ts';
import { template } from './infra/template.ts';
import { textOf } from './pages.ts';

const CHANGELOG = textOf('CHANGELOG.md');

/** An instance with keys of every kind and in a VPC, so that each statement is there. */
const withKeys = (): Template => {
  const app = new App({ context: { 'aws:cdk:bundling-stacks': [] } });
  const stack = new Stack(app, 'S');
  const keys = { secretKeys: [new Key(stack, 'A')], encryptionKey: new Key(stack, 'B') };
  new KeyRevocation(stack, 'R', { ...keys, vpc: new Vpc(stack, 'V'), receiptsBus: new EventBus(stack, 'Audit') });
  return app.synth().getStackByName('S').template as Template;
};
const full = withKeys();

const rows = [...CHANGELOG.matchAll(/^\| (`?[^|]+`?) \| (`[^|]+`) \| ([^|]+) \|$/gm)].map(
  ([, role = '', actions = '']) =>
    [role.replaceAll('`', ''), [...actions.matchAll(/`([^`]+)`/g)].map(([, name]) => name)] as const,
);

it.each([
  ['revoke', 'RRevokeRole'],
  ['sweep', 'RSweepRole'],
  ["the sweep's clock", 'RSweepTickRole'],
  ['one-time schedules', 'RScheduledRequestRole'],
  ['the forwarding rule', 'RForwardRole'],
])('gives every action that the role of %s may take, and no other', (name, id) => {
  const shown = rows.filter(([role]) => role === name).flatMap(([, actions]) => actions);
  const role = find(full, 'AWS::IAM::Role', id).id;
  const granted = statementsOf(full, role).flatMap(({ Action }) => list(Action));
  expect(granted.length).toBeGreaterThan(0);
  expect(new Set(shown)).toEqual(new Set(granted));
});

it('gives the roles that there are', () => {
  const roles = Object.values(full.Resources).filter(({ Type }) => Type === 'AWS::IAM::Role');
  expect(new Set(rows.map(([role]) => role)).size).toBe(roles.length);
});

it('gives every output and every context', () => {
  const lists = [...CHANGELOG.matchAll(/^Outputs(?: added)?: ([^.]+)\./gm)].map(([, names = '']) => names);
  const outputs = lists.flatMap((names) => [...names.matchAll(/`(\w+)`/g)].map(([, name]) => name));
  expect(outputs.toSorted()).toEqual(Object.keys(template.Outputs).toSorted());
  const contexts = [...CHANGELOG.matchAll(/(?:with the context|^Context added:) ([^.]+)\./gm)].map(
    ([, names = '']) => names,
  );
  const context = contexts.flatMap((names) => [...names.matchAll(/`(\w+)`/g)].map(([, name]) => name));
  expect(context.toSorted()).toEqual(CONTEXT.toSorted());
});

/** How the pages call what is kept, by type; a type that is kept and not here has not been thought of. */
const KEPT: Readonly<Record<string, RegExp>> = {
  'AWS::SQS::Queue': /\bqueues\b/i,
  'AWS::SNS::Topic': /\btopics\b/,
  'AWS::DynamoDB::Table': /\b(table|ledger)\b/,
  'AWS::Scheduler::ScheduleGroup': /\b(schedule group|group of schedules)\b/,
  'AWS::Logs::LogGroup': /\blog groups\b/,
};

it.each(['README.md', 'docs/deploying.md', 'CHANGELOG.md'])('and %s say what outlives the stack', (page) => {
  const companion = /Policy$|::Role$/; // of a queue, or what schedules act as
  const kept = Object.values(template.Resources).filter(
    ({ Type, DeletionPolicy }) => DeletionPolicy?.startsWith('Retain') && !companion.test(Type),
  );
  const [sentence = ''] = /(`cdk destroy` keeps|Queues, topics)[^.]*\./.exec(textOf(page)) ?? [];
  expect(new Set(kept.map(({ Type }) => Type))).toEqual(new Set(Object.keys(KEPT)));
  for (const name of Object.values(KEPT)) expect(sentence).toMatch(name);
});
