import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';
import type { AlarmName } from '../../../infra/constructs/monitoring/alarm-name.ts';
import type { Datapoint } from '../../metrics-in.ts';
import { OPERATOR } from '../system/canaries.ts';
import { master } from '../system/orders.ts';
import { handedOut, invokedWith } from '../system/records.ts';
import type { System } from '../system/system.ts';

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;

const DELETE = { provider: 'bybit', operation: 'delete-master-key', target: 'self' };
const LEAKED = { reason: 'leaked' };

/** Puts an item into the ledger as an operator would. */
const put = async ({ deployment }: System, item: object): Promise<void> => {
  const credentials = { accessKeyId: OPERATOR, secretAccessKey: 'local' };
  const client = DynamoDBDocumentClient.from(new DynamoDBClient({ region: 'us-east-1', credentials }));
  await client.send(new PutCommand({ TableName: deployment.outputs['LedgerTable'], Item: { ...item } }));
  client.destroy();
};

/** Keys so far: troubles may follow each other in one system. */
const counts = new WeakMap<System, number>();

/** Sends an order to delete a master key that nobody has met. @returns the key */
export const order = async (system: System, fields: object = {}): Promise<string> => {
  const n = (counts.get(system) ?? 100) + 1;
  counts.set(system, n);
  const { secretId, apiKey } = await master(system, { n });
  await system.send({ ...DELETE, secretId, ...fields });
  return apiKey;
};

const ended = async (system: System, fields: object = {}): Promise<string> => {
  const apiKey = await order(system, fields);
  await system.settle(200);
  return apiKey;
};

/** What SQS itself would say of a queue at this moment. */
export const visibleOn = async ({ aws, deployment }: System, part: string): Promise<Datapoint> => {
  const [id, queue] = Object.entries(deployment.queues).find(([name]) => name.includes(part)) ?? [];
  if (id === undefined || queue === undefined)
    throw new Error(`Cannot find the queue ${part}, wanted one of the stack`);
  const { ready } = await aws.queues.inspect(queue.name);
  const dimensions = { QueueName: `${id}.QueueName` };
  const name = 'ApproximateNumberOfMessagesVisible';
  return { namespace: 'AWS/SQS', name, dimensions, value: ready.length, at: Date.now() };
};

/** What a service says of itself that nothing here can be brought to. */
const said = (namespace: string, name: string, dimensions: Datapoint['dimensions'], value: number): Datapoint => ({
  namespace,
  name,
  dimensions,
  value,
  at: Date.now(),
});

const idOf = ({ template }: System, type: string, part: string): string =>
  Object.entries(template.Resources).find(([id, { Type }]) => Type === type && id.includes(part))?.[0] ?? '';

/** The listing stops short, for so long. */
export const listedBefore =
  (ms: number): Trouble =>
  async (system) => {
    const at = Date.now() - ms;
    await put(system, { pk: 'sweep#progress', sk: 'sweep', rev: 1, nonce: 'n', next: 'x', at, wholeAt: at });
    await system.tick();
    return [];
  };

export const failing = (system: System, part: string, ...names: readonly string[]): readonly Datapoint[] =>
  names.map((name) =>
    said('AWS/Lambda', name, { FunctionName: `ref:${idOf(system, 'AWS::Lambda::Function', part)}` }, 1),
  );

export const always = (status: number) =>
  ({
    match: {},
    fault: { kind: 'reply', status, headers: {}, body: '' },
    times: Number.POSITIVE_INFINITY,
  }) as const;

const json = { 'content-type': 'application/json' };
/** Calls are refused for want of a permission. */
export const refusing = {
  match: { method: 'POST' },
  fault: { kind: 'reply', status: 200, headers: json, body: '{"retCode":10005,"result":{}}' },
  times: Number.POSITIVE_INFINITY,
} as const;

/** What befalls a system. @returns what AWS says by itself beside our own metrics */
export type Trouble = (system: System) => Promise<readonly Datapoint[]>;

/** A request waits on its queue, seen so often, five minutes apart. */
export const waiting =
  (samples: number): Trouble =>
  async (system) => {
    await order(system);
    const points: Datapoint[] = [];
    for (let sample = 0; sample < samples; sample += 1) {
      system.advance(5 * MINUTE);
      points.push(await visibleOn(system, 'Requests'));
    }
    return points;
  };

/** A message stands on a queue, seen so often. */
export const standing =
  (part: string, samples: number, everyMs: number): Trouble =>
  async (system) => {
    const queue = Object.entries(system.deployment.queues).find(([id]) => id.includes(part))?.[1];
    await system.aws.queues.deliver(queue?.arn ?? '', '{}');
    const points: Datapoint[] = [];
    for (let sample = 0; sample < samples; sample += 1) {
      system.advance(everyMs);
      points.push(await visibleOn(system, part));
    }
    return points;
  };

/** A case stays open for so long. */
export const openFor =
  (ms: number): Trouble =>
  async (system) => {
    system.bybit.faults.script(refusing);
    await ended(system);
    system.advance(ms);
    await system.tick();
    return [];
  };

/** A leaked key dies so long after its request. */
export const revokedAfter =
  (ms: number): Trouble =>
  async (system) => {
    await order(system, LEAKED);
    system.advance(ms);
    await system.settle();
    return [];
  };

export const withoutSweep =
  (ms: number): Trouble =>
  async (system) => {
    system.advance(ms);
    return [];
  };

/** Ends a pause, if there is one. */
export const resumed = (system: System): Promise<void> =>
  put(system, { pk: 'control', sk: 'pause', rev: 2, nonce: 'n', by: 'me', reason: 'a test' });

export const pausedFor =
  (ms: number): Trouble =>
  async (system) => {
    const pausedAt = Date.now();
    await put(system, { pk: 'control', sk: 'pause', rev: 1, nonce: 'n', pausedAt, by: 'me', reason: 'a test' });
    system.advance(ms);
    await system.tick();
    return [];
  };

/** For each alarm what raises it. */
export const TROUBLES: Readonly<Record<AlarmName, Trouble>> = {
  stuck: async (system) => {
    await ended(system, { expectedEnvironment: 'demo' });
    return [await visibleOn(system, 'Stuck')];
  },
  undelivered: async (system) => {
    const queue = Object.entries(system.deployment.queues).find(([id]) => id.includes('Undelivered'))?.[1];
    await system.aws.queues.deliver(queue?.arn ?? '', '{"detail":{}}');
    return [await visibleOn(system, 'Undelivered')];
  },
  requestsWaiting: waiting(3),
  urgentRequestsWaiting: standing('Urgent', 3, MINUTE),
  rechecksWaiting: standing('Rechecks', 24, 15 * MINUTE),
  oldestOpenCase: openFor(26 * HOUR),
  urgentWaiting: async (system) => {
    system.bybit.faults.script(always(503));
    await order(system, LEAKED);
    await system.settle(8);
    return [];
  },
  timeToRevoke: revokedAfter(MINUTE + 1_000),
  sweepNotRun: withoutSweep(16 * MINUTE),
  limitReached: async (system) => {
    const hour = String(Math.floor(Date.now() / HOUR));
    await put(system, { pk: 'limit#bybit#other', sk: hour, count: 200 });
    await order(system);
    await system.deliver();
    return [];
  },
  notConfirmed: async (system) => {
    await ended(system);
    system.advance(26 * MINUTE);
    await system.tick();
    return [];
  },
  resurrected: async (system) => {
    system.bybit.revive('mainnet', await ended(system));
    system.advance(15 * MINUTE);
    await system.settle();
    return [];
  },
  providerErrors: async (system) => {
    system.bybit.faults.script(always(503));
    await order(system, LEAKED);
    await system.settle(12);
    return [];
  },
  accessDenied: async (system) => {
    system.aws.faults.add({ service: 'secretsmanager', action: 'GetSecretValue', kind: 'deny', times: 3 });
    await order(system);
    await system.deliver();
    return [];
  },
  ledgerThrottled: async (system) => {
    const TableName = `ref:${idOf(system, 'AWS::DynamoDB::Table', 'Ledger')}`;
    const inIndex = { TableName, GlobalSecondaryIndexName: 'by-state' };
    return [
      said('AWS/DynamoDB', 'WriteThrottleEvents', { TableName }, 6),
      said('AWS/DynamoDB', 'ReadThrottleEvents', inIndex, 5),
    ];
  },
  secretEventsLost: async (system) => {
    const { arn = '' } = Object.entries(system.deployment.queues).find(([id]) => id.includes('LostEvents'))?.[1] ?? {};
    await system.aws.queues.deliver(arn, '{}');
    return [await visibleOn(system, 'LostEvents')];
  },
  reconciliationLate: listedBefore(2 * HOUR + MINUTE),
  paused: pausedFor(HOUR + MINUTE),
  notificationsFailed: async (system) => {
    const containing = encodeURIComponent(system.deployment.outputs['NotificationsTopicArn'] ?? '');
    system.aws.faults.add({ service: 'sns', action: 'Publish', kind: 'unavailable', times: 3, containing });
    await ended(system);
    return [];
  },
  itemFaults: async (system) => {
    await put(system, { pk: 'control', sk: 'pause', rev: 1, nonce: 'n', pausedAt: 'now', by: 'me', reason: 'a test' });
    await system.tick();
    return [];
  },
  recordsForged: async (system) => {
    await order(system);
    await invokedWith(system, [{ ...(await handedOut(system)), receiptHandle: 'AQEBmadeup' }]);
    return [];
  },
  revokeFails: async (system) => failing(system, 'Revoke', 'Errors', 'Throttles'),
  revokeUrgentFails: async (system) => failing(system, 'RevokeUrgent', 'Errors', 'Throttles'),
  sweepFails: async (system) => failing(system, 'Sweep', 'Errors', 'Errors'),
};
