import { createHash } from 'node:crypto';
import type { SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import { after } from '../../../functions/core/epoch.ts';
import type { Lane } from '../../../functions/core/lane.ts';
import type { Ports } from '../../../functions/core/ports.ts';
import type { Receipt } from '../../../functions/core/receipt.ts';
import { TIMING } from '../../../functions/core/timing.ts';
import { hideIn } from '../../../functions/edge/messages/visibility.ts';
import * as PROVIDERS from '../../../functions/providers/index.ts';
import { serve } from '../../../functions/revoke/serve.ts';
import { PROVIDER_NAMES, type ProviderName } from '../../../infra/provider-names.ts';
import { memoryLedger } from '../simulated/memory-ledger.ts';
import { memoryVault } from '../simulated/memory-vault.ts';
import { sendInProcess } from '../simulated/send-in-process.ts';
import type { SimulatedClock } from '../simulated/simulated-clock.ts';
import type { Fleet } from './fleet.ts';
import { HOUR } from './outage.ts';
import type { SimulatedSqs } from './simulated-sqs.ts';

const DAY = 24 * HOUR;
const OWN_ROLE = 'AROAOWNROLE';
/** An exchange takes 40 ms, and up to as much more. */
const MORE_MS = 80;

/** All that have a fleet. */
export const NAMES: readonly ProviderName[] = PROVIDER_NAMES;

const waysTo = (fleets: readonly Fleet[], clock: SimulatedClock, random: () => number): Ports['send'] => {
  const ways = new Map<string, ReturnType<typeof sendInProcess>>(
    fleets.map(({ provider, sandbox }) => [provider, sendInProcess(sandbox, clock)]),
  );
  return async (call, until) => {
    await clock.until(after(clock.now(), Math.floor(random() * MORE_MS)));
    return ways.get(call.provider)?.(call, until);
  };
};

interface Wires {
  readonly fleets: readonly Fleet[];
  readonly clock: SimulatedClock;
  readonly random: () => number;
  readonly queue: SimulatedSqs;
  readonly published: (receipt: Receipt) => void;
  readonly setAside: (body: string) => void;
}

/** The function behind the queues, everything around it in this process. */
export const functionBehind = ({ fleets, clock, random, queue, published, setAside }: Wires) => {
  let ids = 0;
  const ports: Ports = {
    clock,
    ledger: memoryLedger(),
    vault: memoryVault(Object.assign({}, ...fleets.map(({ secrets }) => secrets)), clock.now() - DAY),
    outbox: {
      publish: async (receipt) => published(receipt),
      setAside: async (body) => setAside(body),
      enqueue: async (body, attributes, delaySeconds, lane) =>
        queue.send(body, { lane, sender: `${OWN_ROLE}:revoke`, attributes, delaySeconds }),
    },
    log: { info: () => {}, warn: () => {} },
    send: waysTo(fleets, clock, random),
    digest: (text) => createHash('sha256').update(text).digest('hex'),
    newId: () => `id-${++ids}`,
    processId: 'process-1',
    rates: new Map(),
    kept: new Map(),
    random,
    providers: PROVIDERS,
    config: {
      instance: 'outages',
      secretPrefix: 'key-revoker/',
      secretArns: 'arn:aws:secretsmanager:us-east-1:123456789012:secret:',
      mode: 'enforce',
      providers: NAMES,
      giveUpAfterMs: DAY,
      // The limit of an hour is a bound of its own, far below any provider's.
      limits: { urgent: 1_000, other: 1_000 },
      egressAddresses: [],
      inVpc: false,
      requestTopics: [],
      ownRoles: [OWN_ROLE],
    },
  };
  const sqs = {
    send: async ({ input }: { readonly input: { ReceiptHandle: string; VisibilityTimeout: number } }) =>
      queue.hide(input.ReceiptHandle, input.VisibilityTimeout),
  };
  const handler = serve({
    ports,
    sourceOf: (record) => ({ lane: (record as SQSRecord).eventSourceARN as Lane, hide: hideIn(sqs as never, '') }),
    tellExchanges: () => undefined,
  });
  return async (event: SQSEvent): Promise<SQSBatchResponse> => {
    const endsAt = clock.now() + TIMING.functionTimeoutMs;
    const context = { getRemainingTimeInMillis: () => endsAt - clock.now() };
    return (await handler(event, context as never)) as SQSBatchResponse;
  };
};
