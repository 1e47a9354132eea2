import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, paginateScan } from '@aws-sdk/lib-dynamodb';
import type { ItemKey } from '../../../functions/core/ports.ts';
import type { ProviderName } from '../../../infra/key-revocation-props.ts';
import { ACCOUNT } from '../../../infra/local/aws/protocol/account.ts';
import type { QueuedMessage } from '../../../infra/local/aws/queues/queue-content.ts';
import type { Cast } from '../../../infra/local/sandbox/cast.ts';
import {
  type AttendedSandbox,
  type Change,
  type Exchange,
  forEachSandbox,
  type KeySettings,
  SANDBOX_OF,
} from '../../../infra/local/sandbox/index.ts';
import type { Evidence } from '../../laws/evidence.ts';
import type { CrashOrder } from '../orders/crash-order.ts';
import { LISTENER, laneUrls, queueNameIn, type Scene } from './scene.ts';

/** An order with the names under which its requests are known, as far as its sender knows them: none for a tag. */
export interface SentOrder extends CrashOrder {
  readonly requestIds: readonly string[];
}

/** What a provider wrote down by itself. */
export interface OwnRecord {
  readonly exchanges: readonly Exchange[];
  readonly changes: readonly Change[];
  isAlive(world: string, keyId: string): boolean;
  /** What a key may do at the end of the run, where that can be changed. */
  readonly settings?: (world: string, keyId: string) => KeySettings;
}

/** What a run left behind. */
export interface Traces extends Pick<Evidence, 'said' | 'onTopic' | 'onBus' | 'now'> {
  readonly orders: readonly SentOrder[];
  readonly stuck: readonly QueuedMessage[];
  /** Still on a queue of the lanes, hidden or not, or never handed to one. */
  readonly left: readonly QueuedMessage[];
  /** Items of the ledger with their keys `pk` and `sk`, as they are stored. */
  readonly ledger: readonly (ItemKey & Readonly<Record<string, unknown>>)[];
  readonly providers: Readonly<Record<ProviderName, OwnRecord>>;
}

const everything = async ({ aws }: Scene, url: string): Promise<readonly QueuedMessage[]> => {
  const { ready, delayed, inflight } = await aws.queues.inspect(queueNameIn(url));
  return [...ready, ...delayed, ...Object.values(inflight).map(({ message }) => message)];
};

const ledgerOf = async ({ aws, outputs }: Scene): Promise<Traces['ledger']> => {
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  const client = new DynamoDBClient({ endpoint: aws.url, region: ACCOUNT.region, credentials });
  const items: Traces['ledger'][number][] = [];
  const scan = { TableName: outputs.LedgerTable, ConsistentRead: true };
  for await (const { Items = [] } of paginateScan({ client: DynamoDBDocumentClient.from(client) }, scan))
    items.push(...(Items as unknown as Traces['ledger']));
  client.destroy();
  return items;
};

const recordOf = (sandbox: AttendedSandbox, { settingsOf }: Cast<AttendedSandbox>): OwnRecord => ({
  exchanges: sandbox.record,
  changes: sandbox.applied(),
  isAlive: sandbox.isAlive,
  ...(settingsOf ? { settings: (world: string, keyId: string) => settingsOf(sandbox, world, keyId) } : {}),
});

/** Gathers everything once a run is over. */
export const gather = async (scene: Scene, heard: Pick<Traces, 'orders' | 'said' | 'onBus'>): Promise<Traces> => {
  const { outputs, deployment, sandboxes, time } = scene;
  const undelivered = Object.entries(deployment.queues).filter(([id]) => id.includes('Undelivered'));
  const left = await Promise.all(
    [...laneUrls(scene), ...undelivered.map(([, { url }]) => url)].map((url) => everything(scene, url)),
  );
  return {
    ...heard,
    onTopic: (await everything(scene, LISTENER)).map(({ body }) => body),
    stuck: await everything(scene, outputs.StuckQueueUrl),
    left: left.flat(),
    ledger: await ledgerOf(scene),
    providers: forEachSandbox((name) => recordOf(sandboxes[name], SANDBOX_OF[name].cast)),
    now: time.now(),
  };
};
