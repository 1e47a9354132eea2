import { BatchWriteItemCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { epochMs } from '../../functions/core/epoch.ts';
import { listMarks } from '../../functions/core/ledger/lists.ts';
import { sweepKey } from '../../functions/core/request/expiry-tags.ts';
import { tick } from '../../functions/core/sweep/tick.ts';
import { createPorts } from '../../functions/edge/create-ports.ts';
import { readEnvironment } from '../../functions/edge/process/environment.ts';
import * as PROVIDERS from '../../functions/providers/index.ts';
import { type Aws, startAws } from '../../infra/local/aws/start-aws.ts';
import { deploy } from '../../infra/local/deploy.ts';
import { fillSecrets } from '../bench/sweeps/fill-secrets.ts';
import { template } from '../infra/template.ts';

const PREFIX = 'key-revoker/';
const NOW = epochMs(Date.parse('2026-11-20T10:00:00Z'));
const DAY_MS = 86_400_000;
/** Of a BatchWriteItem. */
const MOST_ITEMS = 25;

let aws: Aws | undefined;
afterEach(async () => {
  await aws?.close();
  aws = undefined;
  vi.unstubAllEnvs();
});

/** The notes of the daily work: done, so that a tick is a plain one. */
const DONE = [
  { pk: 'sweep#look-after', sk: 'sweep', rev: 1, nonce: 'n', startedAt: NOW, startedBy: 'x', completedAt: NOW },
  { pk: 'sweep#index', sk: 'sweep', rev: 1, nonce: 'n', since: NOW - DAY_MS, tickedAt: NOW, filledAt: NOW },
];

/** The calls of one tick at which nothing is due, by operation, in an account with so many tagged secrets that are noted already. */
const callsOfTick = async (secrets: number): Promise<Readonly<Record<string, number>>> => {
  const calls = new Map<string, number>();
  const started = await startAws({ onCall: ({ action }) => void calls.set(action, (calls.get(action) ?? 0) + 1) });
  aws = started;
  vi.stubEnv('AWS_ENDPOINT_URL', started.url);
  vi.stubEnv('AWS_REGION', 'us-east-1');
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'local');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'local');
  const { functions } = await deploy(template, started);
  const { environment = {} } =
    Object.values(functions).find(({ handlerModule }) => handlerModule.includes('sweep')) ?? {};
  fillSecrets(started.secrets, { prefix: PREFIX, secrets, oneDueOf: Number.POSITIVE_INFINITY });
  const notes = Array.from({ length: secrets }, (_, n) => {
    const { arn, tags, stages } = started.secrets.find(`${PREFIX}us-east-1/key-${n}`);
    const expiresAt = tags.get('key-revoker:expires-at') ?? '';
    const item = {
      ...{ rev: 1, nonce: 'n', schema: 2, expiresAt, version: stages.get('AWSCURRENT'), metAt: NOW },
      ...{ state: 'due', at: Date.parse(expiresAt), provider: 'kalshi' },
    };
    return { ...sweepKey(arn), ...item, ...listMarks(sweepKey(arn), item) };
  });
  const wholePages = Math.ceil(secrets / 100);
  const listing = { pk: 'sweep#progress', sk: 'sweep', rev: 1, nonce: 'n', at: NOW, wholeAt: NOW, wholePages };
  const all = [...DONE, listing, ...notes];
  const table = environment['LEDGER_TABLE'] ?? '';
  const client = new DynamoDBClient();
  for (let from = 0; from < all.length; from += MOST_ITEMS) {
    const puts = all.slice(from, from + MOST_ITEMS).map((item) => ({ PutRequest: { Item: marshall(item) } }));
    await client.send(new BatchWriteItemCommand({ RequestItems: { [table]: puts } }));
  }
  client.destroy();
  const clock = { now: () => NOW, elapsed: () => 0, until: async () => undefined };
  const { ports } = createPorts(readEnvironment(environment, Object.keys(PROVIDERS)), PROVIDERS, {
    clock,
    repairs: false,
  });
  calls.clear();
  const log = { info: () => undefined, warn: () => undefined };
  expect(await tick({ ...ports, log }, 900_000)).toMatchObject({ secrets: Math.min(secrets, 1_000), sent: 0, left: 0 });
  return Object.fromEntries(calls);
};

/**
 * All calls of a tick at which nothing is due. Not in the budget: the pages of the listing, each with one reading of many items; there are ten of
 * them, or as many as spread the listing over an hour.
 */
const BUDGET = { GetItem: 12, PutItem: 2, Query: 41 };

describe('a tick at which nothing is due', () => {
  it.each([
    [1_000, 10],
    [10_000, 10],
  ])('costs the same with %i tagged secrets', async (secrets, pages) => {
    const { ListSecrets, BatchGetItem, ...calls } = await callsOfTick(secrets);
    expect(calls).toEqual(BUDGET);
    // The control keys are listed as well.
    expect([ListSecrets, BatchGetItem]).toEqual([pages + 1, pages]);
  });
});
