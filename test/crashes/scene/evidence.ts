import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, paginateScan } from '@aws-sdk/lib-dynamodb';
import type { Receipt } from '../../../functions/core/receipt.ts';
import type { ProviderName } from '../../../infra/key-revocation-props.ts';
import { ACCOUNT } from '../../../infra/local/aws/protocol/account.ts';
import type { QueuedMessage } from '../../../infra/local/aws/queues/queues.ts';
import type { Change, Exchange } from '../../../infra/local/sandbox/index.ts';
import type { CrashOrder } from '../orders/crash-order.ts';
import { LISTENER, queueNameIn, type Scene } from './scene.ts';

/** A receipt on its way to the topic, with what was true of its key at that instant. */
export interface Said {
  readonly receipt: Receipt;
  readonly at: number;
  readonly isAlive: boolean;
}

/** An order with the names under which its requests are known, as far as its sender knows them: none for a tag. */
export interface SentOrder extends CrashOrder {
  readonly requestIds: readonly string[];
}

/** What a provider wrote down by itself. */
export interface ProviderRecord {
  readonly exchanges: readonly Exchange[];
  readonly changes: readonly Change[];
  isAlive(world: string, keyId: string): boolean;
}

/** All that a run left behind. */
export interface Evidence {
  readonly orders: readonly SentOrder[];
  readonly said: readonly Said[];
  /** Receipts as they came out of the topic and out of the bus, as texts. */
  readonly onTopic: readonly string[];
  readonly onBus: readonly string[];
  readonly stuck: readonly QueuedMessage[];
  /** Still on the requests queue, hidden or not, or never handed to it. */
  readonly left: readonly QueuedMessage[];
  /** Items of the ledger with their keys `pk` and `sk`. */
  readonly ledger: readonly Readonly<Record<string, unknown>>[];
  readonly providers: Readonly<Record<ProviderName, ProviderRecord>>;
  readonly now: number;
}

const everything = async ({ aws }: Scene, url: string): Promise<readonly QueuedMessage[]> => {
  const { ready, delayed, inflight } = await aws.queues.inspect(queueNameIn(url));
  return [...ready, ...delayed, ...Object.values(inflight).map(({ message }) => message)];
};

const ledgerOf = async ({ aws, outputs }: Scene): Promise<Evidence['ledger']> => {
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  const client = new DynamoDBClient({ endpoint: aws.url, region: ACCOUNT.region, credentials });
  const items: Readonly<Record<string, unknown>>[] = [];
  const scan = { TableName: outputs.LedgerTable, ConsistentRead: true };
  for await (const { Items = [] } of paginateScan({ client: DynamoDBDocumentClient.from(client) }, scan))
    items.push(...Items);
  client.destroy();
  return items;
};

const recordOf = ({ record, applied, isAlive }: Scene['sandboxes'][ProviderName]): ProviderRecord => ({
  exchanges: record,
  changes: applied(),
  isAlive,
});

/** Gathers everything once a run is over. */
export const gather = async (scene: Scene, heard: Pick<Evidence, 'orders' | 'said' | 'onBus'>): Promise<Evidence> => {
  const { outputs, deployment, sandboxes, time } = scene;
  const undelivered = Object.entries(deployment.queues).filter(([id]) => id.includes('Undelivered'));
  const left = await Promise.all(
    [outputs.RequestsQueueUrl, ...undelivered.map(([, { url }]) => url)].map((url) => everything(scene, url)),
  );
  return {
    ...heard,
    onTopic: (await everything(scene, LISTENER)).map(({ body }) => body),
    stuck: await everything(scene, outputs.StuckQueueUrl),
    left: left.flat(),
    ledger: await ledgerOf(scene),
    providers: {
      bybit: recordOf(sandboxes.bybit),
      kalshi: recordOf(sandboxes.kalshi),
      requesty: recordOf(sandboxes.requesty),
    },
    now: time.now(),
  };
};
