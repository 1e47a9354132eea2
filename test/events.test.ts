import { readdirSync, readFileSync } from 'node:fs';
import type { Context, SQSEvent, SQSRecord } from 'aws-lambda';
import { afterEach, describe, expect, it } from 'vitest';
import { type EpochMs, epochMs } from '../functions/core/epoch.ts';
import { createPorts } from '../functions/edge/create-ports.ts';
import { readEnvironment } from '../functions/edge/process/environment.ts';
import * as PROVIDERS from '../functions/providers/index.ts';
import { serve } from '../functions/revoke/serve.ts';
import { inProcess } from '../infra/local/lambda/in-process.ts';
import { ticker } from '../infra/local/lambda/schedule.ts';
import { baseUrlsOf } from '../infra/local/sandbox/index.ts';
import { CREDENTIALS, deadKeys, KEYS, SECRETS, seedKeys } from './seed-keys.ts';
import { handedOut } from './whole/system/records.ts';
import { START, type System, startSystem } from './whole/system/system.ts';

interface Case {
  /** The outcome, with its code behind a slash. */
  readonly ends: string;
  /** The one key that is dead afterwards; absent: all live. */
  readonly dead?: string;
  /** Changes that the provider itself recorded. @default 1 where a key is dead, else 0 */
  readonly changes?: number;
  readonly environment?: Readonly<Record<string, string>>;
}

const gone = (dead: string): Case => ({ ends: 'revoked', dead });
const changed: Case = { ends: 'restricted', changes: 1 };
const refused = (code: string): Case => ({ ends: `refused/${code}` });

/** What becomes of each sample that goes onto the requests queue. */
const BODIES: Readonly<Record<string, Case>> = {
  'bybit-delete-master-key': gone(KEYS.rsaMaster),
  'bybit-delete-sub-key-by-itself': gone(KEYS.sub),
  'bybit-delete-sub-key-by-master': gone(KEYS.sub),
  'bybit-delete-sub-key-in-a-secret': gone(KEYS.sub),
  'bybit-delete-sub-key-somewhere': gone(KEYS.sub),
  'bybit-delete-sub-key-somewhere-urgent': { ends: 'stuck/unproven', dead: KEYS.sub },
  'bybit-update-master-key-read-only': changed,
  'bybit-update-master-key-permissions': changed,
  'bybit-update-master-key-undeletable': refused('would-become-undeletable'),
  'bybit-update-master-key-accept-undeletable': changed,
  'bybit-update-master-key-addresses': {
    ends: 'stuck/only-in-web-ui',
    environment: { EGRESS_ADDRESSES: '203.0.113.10' },
  },
  'bybit-update-sub-key-read-only': changed,
  'bybit-update-sub-key-by-master': changed,
  'bybit-update-sub-key-addresses-by-itself': refused('would-blind'),
  'bybit-update-sub-key-wider': refused('would-widen'),
  'kalshi-delete-key-by-itself': gone(KEYS.kalshiKey),
  'kalshi-delete-key-by-manager': gone(KEYS.kalshiKey),
  'kalshi-delete-key-manager-names-itself': gone(KEYS.kalshiManager),
  'requesty-delete-key-by-itself': gone(KEYS.requestySecondManager),
  'requesty-delete-key-by-manager': gone(KEYS.requestyKey),
  'requesty-delete-key-in-a-secret': gone(KEYS.requestyKey),
  'requesty-delete-key-manager-names-itself': gone(KEYS.requestyManager),
  'rotated-key': gone(KEYS.oldSub),
  'rotated-key-without-version': refused('malformed'),
  'master-where-a-sub-key-is-wanted': refused('wrong-signer'),
  'master-for-another-key': refused('target-mismatch'),
  'first-contact-unknown': { ends: 'stuck/not-recognised' },
  'key-of-nobody': { ends: 'stuck/not-recognised' },
  'dry-run': { ends: 'planned' },
  'not-before-too-far': refused('too-far'),
  'wrong-environment-expected': refused('environment-mismatch'),
  'target-missing': refused('target-missing'),
  'unknown-field': refused('malformed'),
  malformed: refused('malformed'),
  'outside-prefix': refused('outside-prefix'),
  'secret-in-message': refused('secret-in-message'),
  'bus-event': gone(KEYS.kalshiKey),
  'event-in-a-record': gone(KEYS.kalshiKey),
  'sns-envelope': {
    ...gone(KEYS.kalshiKey),
    environment: { REQUEST_TOPICS: 'arn:aws:sns:us-east-1:123456789012:leaked-keys' },
  },
};

/** Samples that are whole events of a function; each has a test of its own below. */
const EVENTS = ['revoke.event-two-records.json', 'sweep.tick.json'];

const sample = (name: string): string => readFileSync(new URL(`../events/${name}`, import.meta.url), 'utf8');
const bodyOf = (name: string): string => sample(`revoke.${name}.json`);

let system: System | undefined;
afterEach(async () => {
  await system?.close();
  system = undefined;
});

const started = async (options: Parameters<typeof startSystem>[0] = {}): Promise<System> => {
  system = await startSystem(options);
  await seedKeys(system);
  return system;
};

const endings = async ({ receipts }: System): Promise<readonly string[]> =>
  (await receipts())
    .filter(({ final }) => final)
    .map(({ outcome, code }) => (code === null ? outcome : `${outcome}/${code}`));

const changesAt = ({ sandboxes }: System) => Object.values(sandboxes).flatMap((each) => each.applied());

it('has a case for every file in events/', () => {
  // Alerts and their rules have tests of their own.
  const files = readdirSync(new URL('../events/', import.meta.url)).filter((name) => !/^(alert|rule)\./.test(name));
  const cases = [...Object.keys(BODIES).map((name) => `revoke.${name}.json`), ...EVENTS];
  expect(files.toSorted()).toEqual(cases.toSorted());
});

it.each(Object.entries(BODIES))('leads revoke.%s.json to its outcome', async (name, wanted) => {
  const { ends, dead, changes = dead === undefined ? 0 : 1, environment = {} } = wanted;
  const running = await started({ environment });
  await running.send(bodyOf(name));
  await running.settle();

  expect(await endings(running)).toEqual([ends]);
  expect(deadKeys(running)).toEqual(dead === undefined ? [] : [dead]);
  expect(changesAt(running)).toHaveLength(changes);
  const setAside = (await running.stuck()).map(({ attributes }) => `${attributes['outcome']}/${attributes['code']}`);
  expect(setAside).toEqual(ends.includes('/') ? [ends] : []);
});

it('keeps the secret of revoke.secret-in-message.json out of the stuck queue', async () => {
  const [, secret = ''] = /(SKexample\d+)/.exec(bodyOf('secret-in-message')) ?? [];
  const running = await started();
  await running.send(bodyOf('secret-in-message'));
  await running.settle();
  const [copy] = await running.stuck();
  expect(copy?.body).toContain('[removed]');
  expect(copy?.body).not.toContain(secret);
});

it('holds revoke.not-before-too-far.json back until its time where that is near', async () => {
  const running = await started();
  const notBefore = START + 300_000;
  const { notBefore: _tooFar, ...request } = JSON.parse(bodyOf('not-before-too-far'));
  await running.send({ ...request, notBefore: new Date(notBefore).toISOString() });
  await running.settle();
  expect(deadKeys(running)).toEqual([KEYS.kalshiKey]);
  expect(changesAt(running)[0]?.at).toBeGreaterThanOrEqual(notBefore);
});

it('refuses revoke.sns-envelope.json where its topic is not named, and says how to name it', async () => {
  const running = await started();
  await running.send(bodyOf('sns-envelope'));
  await running.settle();
  expect(running.receipts()).toMatchObject([
    {
      ...{ outcome: 'refused', code: 'malformed' },
      message: expect.stringContaining('name the topic in requestTopics'),
    },
  ]);
  expect(deadKeys(running)).toEqual([]);
});

it('takes neither the time nor the sender of revoke.event-in-a-record.json from it, but its id', async () => {
  const running = await started();
  await running.send(bodyOf('event-in-a-record'));
  await running.settle();
  const [receipt] = running.receipts();
  expect(receipt).toMatchObject({ requestId: '6f1c2b1e-6d0b-4c57-9a5f-2f3f3a1f9a55', request: { requestedBy: null } });
  expect(receipt?.times.dueAt).not.toBe('2026-11-20T09:59:58.000Z');
});

it('has no sample whose date is over: it would act at once', () => {
  const dates = Object.keys(BODIES).map((name) => /"notBefore": "([^"]+)"/.exec(bodyOf(name))?.[1]);
  expect(dates.filter((date) => date !== undefined && !date.startsWith('2099-'))).toEqual([]);
});

it('names the sender of revoke.bus-event.json in the receipt, and counts from the event’s time', async () => {
  const running = await started();
  await running.send(bodyOf('bus-event'));
  await running.settle();
  const event = JSON.parse(bodyOf('bus-event'));
  expect((await running.receipts())[0]).toMatchObject({
    requestId: event.id,
    request: { requestedBy: `${event.account}/${event.source}` },
    times: { dueAt: new Date(event.time).toISOString() },
  });
});

/** The event as SQS would hand it out: with the receipt handles of messages that are on the queue. */
const handedOutAs = async (running: System, event: SQSEvent): Promise<SQSEvent> => {
  const Records: SQSRecord[] = [];
  for (const record of event.Records) {
    await running.send(record.body);
    const { receiptHandle, eventSourceARN } = await handedOut(running);
    Records.push({ ...record, receiptHandle, eventSourceARN });
  }
  return { Records };
};

/** The function behind the queue, called with a whole event. */
const invokeRevoke = async ({ deployment, sandboxes }: System, event: unknown): Promise<unknown> => {
  const found = Object.values(deployment.functions).find(({ handlerModule }) => handlerModule.includes('revoke'));
  if (found === undefined) throw new Error('Cannot find the revoking function in the template');
  const clock = {
    now: () => epochMs(Date.now()),
    elapsed: () => Date.now(),
    until: async (instant: EpochMs) => system?.advance(Math.max(0, instant - Date.now())),
  };
  const wired = createPorts(
    readEnvironment({ ...found.environment, ...baseUrlsOf(sandboxes) }, Object.keys(PROVIDERS)),
    PROVIDERS,
    { clock },
  );
  const handler = serve(wired);
  const invoke = inProcess(
    (records: SQSEvent, context) => Promise.resolve(handler(records, context as Context)),
    found,
  );
  return invoke(event);
};

describe('revoke.event-two-records.json', () => {
  const event = JSON.parse(sample('revoke.event-two-records.json'));

  it('kills both keys in one invocation', async () => {
    const running = await started();
    expect(await invokeRevoke(running, await handedOutAs(running, event))).toEqual({ batchItemFailures: [] });
    expect(deadKeys(running).toSorted()).toEqual([KEYS.requestyKey, KEYS.kalshiKey].toSorted());
    expect(await endings(running)).toEqual(['revoked', 'revoked']);
  });

  it('kills nothing where SQS has not handed it out', async () => {
    const running = await started();
    const failed = event.Records.map(({ messageId }: SQSRecord) => ({ itemIdentifier: messageId }));
    expect(await invokeRevoke(running, event)).toEqual({ batchItemFailures: failed });
    expect([deadKeys(running), await endings(running)]).toEqual([[], []]);
  });

  const limited = { kind: 'reply', status: 429, body: '{"error":"too many requests"}' } as const;

  it('gives back the one record whose provider limits our rate', async () => {
    const running = await started();
    running.kalshi.faults.script({ match: {}, fault: limited, times: Number.POSITIVE_INFINITY });
    const Records = event.Records.map((record: SQSRecord) => ({
      ...record,
      body: record.body.replace('"leaked"', '"manual"'),
    }));
    const failed = { batchItemFailures: [{ itemIdentifier: Records[0].messageId }] };
    expect(await invokeRevoke(running, await handedOutAs(running, { Records }))).toEqual(failed);
    expect(deadKeys(running)).toEqual([KEYS.requestyKey]);
  });

  it('sends that record on to the urgent queue, since its key is leaked', async () => {
    const running = await started();
    running.kalshi.faults.script({ match: {}, fault: limited, times: Number.POSITIVE_INFINITY });
    const records = await handedOutAs(running, event);
    expect(await invokeRevoke(running, records)).toEqual({ batchItemFailures: [] });
    expect(deadKeys(running)).toEqual([KEYS.requestyKey]);
    running.kalshi.faults.clear();
    running.advance(60_000);
    await running.settle();
    expect(deadKeys(running).toSorted()).toEqual([KEYS.requestyKey, KEYS.kalshiKey].toSorted());
  });
});

describe('sweep.tick.json', () => {
  it('is what the deployed schedule sends', async () => {
    const running = await started();
    const sent: unknown[] = [];
    const [schedule] = running.deployment.schedules;
    if (schedule === undefined) throw new Error('Cannot find a schedule in the template');
    await ticker(schedule, { invoke: async (event) => void sent.push(event), now: () => START }).tick();
    const tick = JSON.parse(sample('sweep.tick.json'));
    const own = {
      id: expect.any(String),
      account: expect.any(String),
      resources: [expect.stringContaining('schedule/')],
    };
    expect(sent).toEqual([{ ...tick, ...own }]);
  });

  it('turns a tag whose time has come into the request that kills the key', async () => {
    system = await startSystem();
    await seedKeys(system, { without: ['kalshiKey'] });
    await system.store(SECRETS.kalshiKey, CREDENTIALS.kalshiKey, {
      'key-revoker:expires-at': JSON.parse(sample('sweep.tick.json')).time,
      'key-revoker:provider': 'kalshi',
      'key-revoker:operation': 'delete-key',
    });
    await system.sweep();
    await system.settle();
    expect(await endings(system)).toEqual(['revoked']);
    expect(deadKeys(system)).toEqual([KEYS.kalshiKey]);
  });
});
