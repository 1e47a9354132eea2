import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateSecretCommand } from '@aws-sdk/client-secrets-manager';
import { CreateQueueCommand, SendMessageCommand } from '@aws-sdk/client-sqs';
import { startAws } from '../../../infra/local/aws/start-aws.ts';
import type { DeployedFunction } from '../../../infra/local/deploy/read-function.ts';
import { deploy } from '../../../infra/local/deploy.ts';
import { bundleHandlers } from '../../../infra/local/lambda/bundle-handlers.ts';
import { eventSource, type Mapping } from '../../../infra/local/lambda/event-source.ts';
import { lambdaEnvironment } from '../../../infra/local/lambda/lambda-environment.ts';
import type { Note } from '../../../infra/local/lambda/worker-messages.ts';
import { openWorker } from '../../../infra/local/lambda/worker-process.ts';
import type { BybitSandbox } from '../../../infra/local/sandbox/bybit/bybit-sandbox.ts';
import { startSandbox } from '../../../infra/local/sandbox/index.ts';
import { type Clients, clientsFor } from '../../../infra/local/story/stage/stage.ts';
import { synthesize } from '../../../infra/synthesize.ts';
import { isUsageNote, USAGE_ASKED, type UsageNote } from '../usage-note.ts';
import { bundlePeer } from './bundle-peer.ts';

const WATCH = join(import.meta.dirname, '../watch-usage.ts');
const IMPORT_COST = join(import.meta.dirname, 'import-cost.ts');
const BATCH = 10;

export interface Figures {
  readonly bundleBytes: number;
  /** Processor time of one import, in milliseconds: the median. */
  readonly importMs: number;
  /** Processor time of one revocation in a warm process, in milliseconds. */
  readonly revocationMs: number;
  readonly awsCalls: number;
  readonly providerCalls: number;
}

export interface Compared {
  readonly product: Figures;
  readonly peer: Figures;
}

export interface CompareOptions {
  /** How often each bundle is imported. */
  readonly imports: number;
  /** How many batches of ten each revokes in a warm process. */
  readonly batches: number;
}

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

const importCost = async (path: string, env: Readonly<Record<string, string>>): Promise<number> => {
  const child = fork(IMPORT_COST, [path], { env, stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  const [ms] = await once(child, 'message');
  return Number(ms);
};

/** Adds the keys of one batch at the sandbox, each in an account of its own, and sends their requests. */
const fill = async (
  { secrets, sqs }: Clients,
  bybit: BybitSandbox,
  { queueUrl }: Mapping,
  name: string,
): Promise<void> => {
  const secretOf = async (key: string, value: object): Promise<void> => {
    await secrets.send(new CreateSecretCommand({ Name: `key-revoker/${key}`, SecretString: JSON.stringify(value) }));
  };
  for (let n = 0; n < BATCH; n += 1) {
    const [master, sub] = [`MASTER${name}x${n}`.padEnd(18, 'M'), `SUB${name}x${n}`.padEnd(18, 'S')] as const;
    const apiSecret = 'of-this-bench-0123456789-0123456789x';
    bybit.addMaster('mainnet', { apiKey: master, apiSecret });
    bybit.addSub('mainnet', {
      apiKey: sub,
      apiSecret,
      parent: master,
      subMemberId: String(1_000 + bybit.record.length + n),
    });
    await secretOf(master, { apiKey: master, apiSecret });
    await secretOf(sub, { apiKey: sub, apiSecret });
    const order = { provider: 'bybit', operation: 'delete-sub-key', reason: 'leaked' };
    const signed = { ...order, secretId: `key-revoker/${master}`, target: { secretId: `key-revoker/${sub}` } };
    await sqs.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: JSON.stringify(signed) }));
  }
};

type Calls = Map<string, number>;
const sumOf = (calls: Calls): number => [...calls.values()].reduce((sum, count) => sum + count, 0);

/** What is measured: a bundle and the environment that it runs in. */
interface Subject {
  readonly name: string;
  readonly config: DeployedFunction;
  readonly environment: Readonly<Record<string, string>>;
  readonly bundleBytes: number;
}

/** Everything that both subjects run against. */
interface Stage {
  readonly clients: Clients;
  readonly bybit: BybitSandbox;
  readonly mapping: Mapping;
  readonly calls: Calls;
}

/** A warm process takes batch after batch. @returns what one revocation took */
const revokeIn = async (
  { name, config, environment }: Subject,
  { clients, bybit, mapping, calls }: Stage,
  batches: number,
): Promise<Pick<Figures, 'revocationMs' | 'awsCalls' | 'providerCalls'>> => {
  let heard: (note: UsageNote) => void = () => undefined;
  const onNote = (note: Note): void => {
    if (isUsageNote(note)) heard(note);
  };
  const worker = await openWorker(config, environment, { onLine: () => undefined, preload: WATCH, onNote });
  const usage = async (): Promise<number> => {
    const { promise, resolve } = Promise.withResolvers<UsageNote>();
    heard = resolve;
    worker.tell(USAGE_ASKED);
    return (await promise).cpuMs;
  };
  let calledIn = 0;
  const batch = async (number: number): Promise<void> => {
    await fill(clients, bybit, mapping, `${name}${number}`);
    calls.clear();
    const { received, failed } = await eventSource(mapping, { client: clients.sqs, invoke: worker.run }).once();
    // The queue's own: what Lambda does and not the function.
    for (const action of ['ReceiveMessage', 'DeleteMessageBatch']) calls.delete(action);
    calledIn += sumOf(calls);
    if (received.length !== BATCH || failed.length > 0)
      throw new Error(
        `Cannot measure ${name}: ${received.length} of ${BATCH} requests came, and ${failed.length} failed`,
      );
  };
  try {
    await batch(0);
    const [before, asked] = [await usage(), bybit.record.length];
    calledIn = 0;
    for (let number = 1; number <= batches; number += 1) await batch(number);
    const count = batches * BATCH;
    return {
      revocationMs: ((await usage()) - before) / count,
      awsCalls: calledIn / count,
      providerCalls: (bybit.record.length - asked) / count,
    };
  } finally {
    await worker.close();
  }
};

/** Compares the deployed function with the peer: both against the same emulated AWS and the same sandbox, in turn. */
export const compare = async ({ imports, batches }: CompareOptions): Promise<Compared> => {
  const calls: Calls = new Map();
  const aws = await startAws({ onCall: ({ action }) => void calls.set(action, (calls.get(action) ?? 0) + 1) });
  const bybit = await startSandbox('bybit', { defaultWorld: 'mainnet' });
  const { functions, mappings } = await deploy(synthesize(), aws);
  const [revoke] = Object.values(functions).filter(({ handlerModule }) => handlerModule.includes('/revoke/'));
  const found = mappings.find(({ functionId }) => functionId === revoke?.logicalId);
  if (revoke === undefined || found === undefined) throw new Error('Cannot find the function revoke in the template');
  const folder = mkdtempSync(join(tmpdir(), 'bench-'));
  const bundled = await bundleHandlers([revoke]);
  const options = { endpointUrl: aws.url, overrides: { BYBIT_BASE_URL: bybit.url } };
  const clients = clientsFor(aws.url);
  const subjectOf = (name: string, config: DeployedFunction, bundleBytes: number): Subject => ({
    ...{ name, config, bundleBytes },
    environment: lambdaEnvironment(config, options),
  });
  try {
    const [code = revoke] = bundled.functions;
    const peerFile = join(folder, 'peer.cjs');
    const peerBytes = await bundlePeer(peerFile);
    const subjects = [
      subjectOf('A', code, statSync(code.handlerModule).size),
      subjectOf('B', { ...revoke, handlerModule: peerFile }, peerBytes),
    ] as const;
    const costs = subjects.map((): number[] => []);
    for (let n = 0; n < imports; n += 1)
      for (const [at, { config, environment }] of subjects.entries())
        costs[at]?.push(await importCost(config.handlerModule, environment));
    // The product's readings would come to the peer by the same queue.
    const { QueueUrl: peerQueue = '' } = await clients.sqs.send(new CreateQueueCommand({ QueueName: 'peer' }));
    const figuresOf = async (subject: Subject, at: number): Promise<Figures> => {
      const mapping = { ...found, batchSize: BATCH, ...(at === 0 ? {} : { queueUrl: peerQueue }) };
      return {
        bundleBytes: subject.bundleBytes,
        importMs: median(costs[at] ?? []),
        ...(await revokeIn(subject, { clients, bybit, mapping, calls }, batches)),
      };
    };
    const [product, peer] = [await figuresOf(subjects[0], 0), await figuresOf(subjects[1], 1)];
    return { product, peer };
  } finally {
    rmSync(folder, { recursive: true });
    for (const client of Object.values(clients)) client.destroy();
    await Promise.all([bundled.close(), bybit.close(), aws.close()]);
  }
};
