import { epochMs, toIso } from '../../functions/core/epoch.ts';
import type { Lane } from '../../functions/core/lane.ts';
import type { Attributes, Outbox, Ports, Vault } from '../../functions/core/ports.ts';
import { tick } from '../../functions/core/sweep/tick.ts';
import { TIMING } from '../../functions/core/timing.ts';
import { dynamoLedger } from '../../functions/edge/aws/ledger.ts';
import { readableLedger } from '../../functions/edge/aws/readable-ledger.ts';
import type { Hide } from '../../functions/edge/messages/visibility.ts';
import { digest } from '../../functions/edge/process/digest.ts';
import * as PROVIDERS from '../../functions/providers/index.ts';
import { serve } from '../../functions/revoke/serve.ts';
import { sendInProcess } from '../faults/simulated/send-in-process.ts';
import type { SimulatedClock } from '../faults/simulated/simulated-clock.ts';
import type { DocumentTable } from './document-table.ts';
import type { Fixture, Receipt } from './fixture.ts';
import type { KeySandboxes } from './key-sandboxes.ts';

export type { Attributes, Ports, Vault };
export { digest };

/** The instant in a fixture's form. */
export const isoOf = (instant: number): string => toIso(epochMs(instant));

/** How long the functions may take, in milliseconds. */
const FUNCTION_MS = TIMING.functionTimeoutMs;
export const AHEAD_MS = 900_000;

/** Of the functions' own role: as a sender's name begins. */
export const OWN_ROLE = 'AROAOWNROLE';

/** The deployment of each fixture. */
export const DEPLOYMENT = {
  instance: 'released',
  secretPrefix: 'key-revoker/',
  secretArns: 'arn:aws:secretsmanager:us-east-1:123456789012:secret:',
  egressAddresses: [],
  inVpc: false,
  requestTopics: [],
  ownRoles: [OWN_ROLE],
};

/** One record of an SQS event. */
export interface QueueRecord {
  readonly messageId: string;
  readonly receiptHandle: string;
  readonly body: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly messageAttributes: Readonly<Record<string, { readonly stringValue: string; readonly dataType: 'String' }>>;
  /** The lane whose queue it comes from. */
  readonly eventSourceARN: Lane;
}

export interface Around {
  readonly clock: SimulatedClock;
  readonly config: Fixture['config'];
  readonly table: DocumentTable;
  readonly vault: Vault;
  readonly sandboxes: KeySandboxes;
  readonly outbox: Omit<Outbox, 'publish'> & { readonly publish: (receipt: Receipt) => Promise<void> };
  readonly newId: () => string;
  readonly warn: (event: string, facts: Readonly<Record<string, unknown>>) => void;
  readonly hide: Hide;
  /** Puts something between the functions and their ports. */
  readonly around: (ports: Ports) => Ports;
}

export interface Product {
  readonly ports: Ports;
  /** Hands one record to the function behind the requests queue. @returns whether the message is done with */
  readonly receive: (record: QueueRecord) => Promise<boolean>;
  /** The scheduled function. @param isShort it has time for one page of secrets */
  readonly tick: (isShort: boolean) => Promise<unknown>;
}

type Handler = (
  event: { readonly Records: readonly QueueRecord[] },
  context: { readonly getRemainingTimeInMillis: () => number },
) => Promise<{ readonly batchItemFailures: readonly unknown[] }>;

/** Hands single records to a function, as the queue does. */
export const receiveWith =
  (handler: Handler, clock: Pick<SimulatedClock, 'now'>): Product['receive'] =>
  async (record) => {
    const endsAt = clock.now() + FUNCTION_MS;
    const context = { getRemainingTimeInMillis: () => endsAt - clock.now() };
    const { batchItemFailures } = await handler({ Records: [record] }, context);
    return batchItemFailures.length === 0;
  };

/** Sends to the sandbox that a host belongs to. */
export const sendTo =
  ({ all }: KeySandboxes, clock: SimulatedClock): Ports['send'] =>
  async (call, until) => {
    const sandbox = all.find(({ worldOf }) => worldOf(call.host) !== '');
    if (sandbox === undefined) throw new Error(`Cannot send to ${call.host}, wanted a host of a provider`);
    return sendInProcess(sandbox, clock)(call, until);
  };

/** Today's functions, by their entries, over a world in this process. All that the net knows of the code in `functions` is here. */
export const openProduct = (given: Around): Product => {
  const { clock, config, table, sandboxes, outbox, warn } = given;
  const providers = Object.keys(PROVIDERS) as Ports['config']['providers'];
  const log = { info: () => undefined, warn };
  const reading = { clock, log, digest, repairs: true };
  const ports = given.around({
    clock,
    ledger: readableLedger(dynamoLedger(table.client, 'ledger'), { clock, reading }),
    vault: given.vault,
    outbox: { ...outbox, publish: (receipt) => outbox.publish(receipt as unknown as Receipt) },
    log,
    send: sendTo(sandboxes, clock),
    digest,
    newId: given.newId,
    processId: 'process-1',
    rates: new Map(),
    kept: new Map(),
    random: () => 0.5,
    providers: PROVIDERS,
    config: { ...config, ...DEPLOYMENT, providers },
  });
  const handler = serve({
    ports,
    sourceOf: (record) => ({ lane: (record as QueueRecord).eventSourceARN, hide: given.hide }),
    tellExchanges: () => undefined,
  });
  return {
    ports,
    receive: receiveWith(handler as never, clock),
    tick: (isShort) => tick(ports, AHEAD_MS, isShort ? clock.now() : undefined),
  };
};
