import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Sandboxes, startSandboxes } from '../../../../infra/local/sandbox/index.ts';
import { guide } from '../../../../infra/local/story/guide.ts';
import { makeSamples, type Sample } from '../../../../infra/local/story/sample-keys.ts';
import type { Stage } from '../../../../infra/local/story/stage/stage.ts';
import { BLOCKS, blocksOf } from '../../../pages.ts';

const ROOT = join(import.meta.dirname, '../../../..');
const outputs: Stage['outputs'] = {
  RequestsQueueUrl: 'http://127.0.0.1:1/0/requests',
  UrgentQueueUrl: 'http://127.0.0.1:1/0/urgent',
  RechecksQueueUrl: 'http://127.0.0.1:1/0/rechecks',
  StuckQueueUrl: 'http://127.0.0.1:1/0/stuck',
  UndeliveredQueueUrl: 'http://127.0.0.1:1/0/undelivered',
  ResultsTopicArn: 'arn:aws:sns:us-east-1:0:results',
  NotificationsTopicArn: 'arn:aws:sns:us-east-1:0:notifications',
  BusName: 'bus',
  LedgerTable: 'ledger',
};

let sandboxes: Sandboxes;
let samples: readonly Sample[];
let text: string;
beforeAll(async () => {
  sandboxes = await startSandboxes();
  samples = makeSamples(sandboxes);
  const receiptsUrl = 'http://127.0.0.1:1/0/receipts';
  const expiresAt = new Date('2026-11-20T10:05:00Z');
  text = guide({ url: 'http://127.0.0.1:1', sandboxes, outputs, samples, receiptsUrl, expiresAt });
});
afterAll(() => Promise.all(Object.values(sandboxes).map((sandbox) => sandbox.close())));

it('names every secret and shows none of their values', () => {
  for (const { stored } of samples) {
    expect(text).toContain(stored.name);
    const { apiKeyId: _id, ...rest } = stored.credential;
    // A Bybit key is an identifier, a Requesty key the secret itself.
    const secrets = 'apiSecret' in rest || 'privateKey' in rest ? { ...rest, apiKey: undefined } : rest;
    for (const value of Object.values(secrets)) if (value !== undefined) expect(text).not.toContain(value);
  }
});

it('sends only samples that exist, about secrets that are there or that it stores', () => {
  const stored = [
    ...samples.map(({ stored: { name } }) => name),
    ...[...text.matchAll(/--name (\S+)/g)].map(([, name]) => name),
  ];
  const files = [...text.matchAll(/file:\/\/(\S+)/g)].map(([, file = '']) => file);
  expect(files).toHaveLength(2);
  for (const file of files) expect(stored).toContain(JSON.parse(readFileSync(join(ROOT, file), 'utf8')).secretId);
});

it('puts an event whose detail is a request', () => {
  const [, entries = ''] = /--entries '(.*)'/.exec(text) ?? [];
  const [{ EventBusName, DetailType, Detail }] = JSON.parse(entries);
  expect([EventBusName, DetailType]).toEqual(['bus', 'Key Revocation Requested']);
  expect(samples.map(({ stored }) => stored.name)).toContain(JSON.parse(Detail).target.secretId);
});

it('names the address of the emulated AWS once, for all its commands', () => {
  expect(text.split('\n').filter((line) => line === 'aws \\').length).toBeGreaterThan(5);
  expect(text.match(/--endpoint-url/g)).toHaveLength(1);
});

it('gives every variable that its commands and those of the pages use, each with its value', () => {
  const given = Object.fromEntries(
    [...text.matchAll(/^export (\w+)=(\S+)$/gm)].map(([, name, value]) => [name, value]),
  );
  expect(given).toMatchObject({
    AWS_ENDPOINT_URL: 'http://127.0.0.1:1',
    REQUESTS_QUEUE_URL: outputs.RequestsQueueUrl,
    STUCK_QUEUE_URL: outputs.StuckQueueUrl,
    UNDELIVERED_QUEUE_URL: outputs.UndeliveredQueueUrl,
    RESULTS_TOPIC_ARN: outputs.ResultsTopicArn,
    NOTIFICATIONS_TOPIC_ARN: outputs.NotificationsTopicArn,
    BUS_NAME: outputs.BusName,
    LEDGER_TABLE: outputs.LedgerTable,
    RECEIPTS_QUEUE_URL: 'http://127.0.0.1:1/0/receipts',
  });
  const blocks = [...BLOCKS, ...blocksOf('docs/runbook.md')];
  const pages = blocks.map((block) => block.text).filter((block) => /^aws /m.test(block));
  const set = (block: string) => [...block.matchAll(/^(\w+)=/gm)].map(([, name]) => name);
  for (const block of [text, ...pages]) {
    const used = [...block.matchAll(/"\$(\w+)"/g)].map(([, name = '']) => name);
    expect(used.filter((name) => !(name in given) && !set(block).includes(name))).toEqual([]);
  }
});

it('sends what the pages call to the emulated AWS, in a shell that has taken the guide over', () => {
  const lines = text.split('\n').filter((line) => /^(export |aws\(\))/.test(line));
  const script = `${lines.join('\n')}\ncommand() { echo "$@"; }\naws sqs list-queues`;
  expect(execFileSync('sh', ['-c', script], { encoding: 'utf8', env: {} })).toBe(
    'aws --endpoint-url http://127.0.0.1:1 sqs list-queues\n',
  );
});

it('calls the command line as the pages do', () => {
  const alias = "alias key-revoker='npm run --silent key-revoker --'";
  expect(text.split('\n')).toContain(alias);
  expect(BLOCKS.map((block) => block.text)).toContain(`${alias}\n`);
  const named = [...text.matchAll(/^(key-revoker \S+(?: list)?)$/gm)].map(([, command = '']) => command);
  expect(named).toHaveLength(3);
  for (const command of named) expect(BLOCKS.some((block) => block.text.includes(command))).toBe(true);
});

it('makes keys that live at their providers', () => {
  for (const { provider, world, keyId } of samples) expect(sandboxes[provider].isAlive(world, keyId)).toBe(true);
});
