import { type SimulatedClock, simulatedClock } from '../faults/simulated/simulated-clock.ts';
import { type DocumentTable, documentTable } from './document-table.ts';
import { type Fixture, type Key, named, publishedIn, type Receipt, type Step } from './fixture.ts';
import { type KeySandboxes, openSandboxes } from './key-sandboxes.ts';
import { type PagedVault, pagedVault } from './paged-vault.ts';
import {
  type Around,
  type Attributes,
  digest,
  isoOf,
  OWN_ROLE,
  openProduct,
  type Ports,
  type Product,
} from './product.ts';
import { openQueues, type Queues } from './queues.ts';

/** A receipt with what was true of its key when it went out. */
export interface Said {
  readonly receipt: Receipt;
  readonly key: Key | undefined;
  /** The provider holds the key. */
  readonly isHeld: boolean;
  /** The provider lets it do no more than read. */
  readonly isReadOnly: boolean;
}

/** A fixture's world, set up, with today's functions in it. */
export interface Stage {
  readonly clock: SimulatedClock;
  readonly sandboxes: KeySandboxes;
  readonly vault: PagedVault;
  readonly table: DocumentTable;
  readonly queues: Queues;
  readonly product: Product;
  /** Since the stage was set up. */
  readonly said: readonly Said[];
  readonly warnings: readonly string[];
  /** How many messages were handed out. */
  readonly deliveries: () => number;
  /** Puts a message on the requests queue. */
  readonly send: (body: unknown, attributes?: Attributes) => void;
  /** Delivers the next message when it is visible. @param killed ends the function's process */
  readonly deliver: (killed?: Promise<unknown>) => Promise<void>;
  /** Delivers until nothing is left on the requests queue, or what is left comes after that many days. */
  readonly drain: (days?: number) => Promise<void>;
  readonly take: (step: Step) => Promise<void>;
  /** All of it as it stands now. */
  readonly dump: (about: string, next?: readonly Step[]) => Promise<Fixture>;
}

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
const SENDER = 'AROAEXAMPLE:secops';
const OPERATOR = 'AROAOPERATOR:alex';
const OWN = `${OWN_ROLE}:key-revoker`;

/** A message that comes oftener than this waits for nothing. */
const MOST_DELIVERIES = 500;
const MOST_FAILURES = 5;

interface Options {
  /** Tells the identifiers of several runs apart. */
  readonly run: number;
  readonly around?: (ports: Ports) => Ports;
  /** @default today's functions */
  readonly open?: (given: Around) => Product;
}

/** The same identifiers in each run, in the form of those that are random. */
const idsOf = (run: number): (() => string) => {
  let ids = 0;
  return () => {
    ids += 1;
    return `00000000-0000-4000-8000-${String(run).padStart(4, '0')}${String(ids).padStart(8, '0')}`;
  };
};

const bodyOf = (body: unknown): string => (typeof body === 'string' ? body : JSON.stringify(body));

export const openStage = async (
  fixture: Fixture,
  { run, around = (ports) => ports, open = openProduct }: Options,
): Promise<Stage> => {
  const madeAt = Date.parse(fixture.madeAt);
  const clock = simulatedClock(madeAt);
  const sandboxes = await openSandboxes(fixture.keys, clock.now);
  const vault = pagedVault(fixture.secrets, madeAt, clock.now);
  clock.advanceTo(Date.parse(fixture.at));
  const newId = idsOf(run);
  const table = documentTable(fixture.ledger);
  const queues = openQueues(fixture, { now: clock.now, newId });
  const said: Said[] = [];
  const warnings: string[] = [];
  let deliveries = 0;

  const keyOf = (receipt: Receipt): Key | undefined => {
    const { digest: named } = (receipt['key'] ?? {}) as { readonly digest?: string };
    return fixture.keys.find(
      ({ provider, id }) => provider === receipt['provider'] && `sha256:${digest(id)}` === named,
    );
  };
  const publish = async (receipt: Receipt): Promise<void> => {
    const key = keyOf(receipt);
    const isHeld = key !== undefined && sandboxes.of(key).isAlive(key.world, key.id);
    const isReadOnly = key?.provider === 'bybit' && sandboxes.bybit.key(key.world, key.id).readOnly === 1;
    said.push({ receipt: JSON.parse(JSON.stringify(receipt)), key, isHeld, isReadOnly });
  };
  const product = open({
    clock,
    config: fixture.config,
    table,
    vault: vault.vault,
    sandboxes,
    outbox: {
      publish,
      setAside: async (body, attributes) => queues.setAside({ body, attributes, sender: OWN }),
      enqueue: async (body, attributes, seconds, lane) => queues.push({ body, attributes, sender: OWN, lane }, seconds),
    },
    newId,
    warn: (event, facts) => void warnings.push([event, ...Object.values(facts)].join(' | ')),
    hide: queues.hide,
    around,
  });

  const deliver: Stage['deliver'] = async (killed) => {
    const message = queues.next();
    if (message === undefined) throw new Error('Cannot deliver, wanted a message on the requests queue');
    clock.advanceTo(Date.parse(message.visibleAt));
    deliveries += 1;
    const work = product.receive(queues.receive(message));
    const isDone = await clock.run(killed ? Promise.race([work, killed]) : work);
    if (isDone === true) queues.remove(message.id);
    clock.forget();
  };
  /** The function fails over a message again and again. */
  const isBroken = (): boolean => warnings.filter((line) => line.startsWith('record failed')).length >= MOST_FAILURES;
  const drain = async (days = 16): Promise<void> => {
    const until = clock.now() + days * DAY_MS;
    for (let next = queues.next(); next !== undefined; next = queues.next()) {
      if (Date.parse(next.visibleAt) > until || deliveries >= MOST_DELIVERIES || isBroken()) return;
      await deliver();
    }
  };

  const attemptOf = (requestId: string): number => {
    const found = table.items().find(({ pk }) => pk === `request#${requestId}`);
    return Number(found?.['attempt']) || 0;
  };
  /** As the operator's tool does: a stub stands for no request, and stays. */
  const redrive = (): void => {
    for (const { body, attributes, sender } of queues.takeStuck()) {
      const { requestId = '', attempt = '1' } = attributes;
      if (JSON.parse(body).provider === undefined) queues.setAside({ body, attributes, sender });
      else {
        const next = Math.max(Number(attempt), attemptOf(requestId)) + 1;
        queues.push({ body, attributes: { requestId, attempt: String(next) }, sender: OPERATOR });
      }
    }
  };
  const byHand = (hand: 'remove' | 'revive' | 'widen', id: string): void => {
    const key = fixture.keys.find((one) => one.id === id);
    if (key === undefined) throw new Error(`Cannot ${hand} ${id}, wanted a key of this fixture`);
    if (hand !== 'widen') sandboxes.of(key)[hand](key.world, id);
    else if (key.provider === 'bybit') sandboxes.bybit.patch(key.world, id, { readOnly: 0 });
    else throw new Error(`Cannot widen ${id}, wanted a key of Bybit’s`);
  };
  const send: Stage['send'] = (body, attributes = {}) =>
    queues.push({ body: bodyOf(body), attributes, sender: SENDER });
  const tick = async (isShort: boolean): Promise<void> => {
    await clock.run(product.tick(isShort));
    clock.forget();
  };
  const take: Stage['take'] = async (step) => {
    if (step === 'tick' || step === 'short tick') return tick(step === 'short tick');
    if (step === 'redrive') return redrive();
    if ('minutes' in step) return clock.advanceTo(clock.now() + step.minutes * MINUTE_MS);
    if ('send' in step) return send(step.send);
    if ('hand' in step) return byHand(step.hand, step.key);
    return 'tags' in step ? vault.label(step.secret, step.tags) : vault.put(step.secret, step.credential);
  };
  return {
    ...{ clock, sandboxes, vault, table, queues, product, said, warnings, send, deliver, drain, take },
    deliveries: () => deliveries,
    dump: async (about, next = []) => ({
      about,
      madeAt: fixture.madeAt,
      at: isoOf(clock.now()),
      config: fixture.config,
      keys: sandboxes.keys(),
      targets: fixture.targets,
      secrets: await vault.secrets(),
      requests: queues.requests(),
      stuck: queues.stuck(),
      ledger: table.items(),
      published: named(table.items(), [...publishedIn(fixture), ...said.map(({ receipt }) => receipt)]),
      next,
    }),
  };
};
