import type { CaseItem, RequestItem } from '../../functions/core/ledger-items.ts';
import { TIMING } from '../../functions/core/timing.ts';
import type { KeySettings } from '../../infra/local/sandbox/exchange.ts';
import type { World } from './world.ts';

/** The most calls of one attempt. */
const MOST_CALLS = 5;
/** What a provider answers to a call that it did not look at. */
const TOO_MANY = 429;

const within = (inner: readonly string[], outer: readonly string[]): boolean =>
  outer.includes('*') || outer.length === 0 || inner.every((one) => outer.includes(one));

/** Whether the first settings let a key do nothing that the second do not. */
const isNarrower = (after: KeySettings, before: KeySettings): boolean =>
  after.readOnly >= before.readOnly &&
  (after.ips.length > 0 || before.ips.length === 0) &&
  within(after.ips, before.ips) &&
  Object.entries(after.permissions).every(([group, values]) =>
    values.every((value) => before.permissions[group]?.includes(value)),
  );

/** L1: what is said to be dead is dead, then and later; what is said to be restricted is. */
const lies = ({ witness, sandbox, seeded }: World): readonly string[] => {
  const dead = witness.receipts.filter(({ receipt }) => receipt.keyState === 'dead');
  const livesOn = dead.length > 0 && sandbox.isAlive(seeded.world, seeded.target);
  const restricted = witness.receipts.filter(({ receipt }) => receipt.outcome === 'restricted');
  const last = sandbox.applied().findLast(({ kind }) => kind === 'updated');
  return [
    ...dead.filter(({ isAlive }) => isAlive).map(({ receipt }) => `L1: ${receipt.outcome} while the key lived`),
    ...(livesOn ? ['L1: said to be dead and lives'] : []),
    ...dead
      .filter(({ receipt }) => !['revoked', 'already-revoked'].includes(receipt.outcome))
      .map(({ receipt }) => `L1: dead, but ${receipt.outcome}`),
    ...(restricted.length > 0 && !(last?.after && seeded.narrow && isNarrower(last.after, seeded.narrow))
      ? ['L1: said to be restricted and is not']
      : []),
  ];
};

const isOver = ({ until }: { readonly until: number }, now: number): boolean => until + TIMING.crashMarginMs <= now;

/** L2: the message is gone, and there is one end: one receipt in the ledger, the same one published, a copy where a person is needed. */
const losses = ({ witness, ledger, queue, seeded, clock }: World): readonly string[] => {
  const items = ledger.items() as unknown as readonly (RequestItem & { readonly pk: string })[];
  const item = items.find(({ pk }) => pk.startsWith(`request#${seeded.request['requestId']}`));
  const finals = witness.receipts.filter(({ receipt }) => receipt.final).map(({ receipt }) => receipt);
  const texts = new Set(finals.map((receipt) => JSON.stringify(receipt)));
  const needsPerson = finals.some(({ outcome }) => outcome === 'stuck' || outcome === 'refused');
  const open = items.filter(({ pk }) => pk.startsWith('case#')) as unknown as Pick<CaseItem, 'lease' | 'works'>[];
  const rules: readonly (readonly [boolean, string])[] = [
    [queue.length === 0, 'L2: the message still waits'],
    [finals.length > 0, 'L2: no final receipt'],
    [texts.size <= 1, `L2: ${texts.size} different final receipts of one attempt`],
    [
      item?.receipt !== undefined && texts.has(JSON.stringify(item.receipt)),
      'L2: the published receipt is not the stored one',
    ],
    [item?.published === true, 'L2: not marked as published'],
    [!needsPerson || witness.copies.length > 0, 'L2: no copy on the stuck queue'],
    [needsPerson || witness.copies.length === 0, 'L2: a copy on the stuck queue of what needs nobody'],
    [open.every(({ lease }) => lease === undefined || isOver(lease, clock.now())), 'L2: a lease that is still held'],
    [open.every(({ works }) => Object.keys(works).length === 0), 'L2: a case still at work'],
  ];
  return rules.filter(([holds]) => !holds).map(([, breach]) => breach);
};

/** What stood between two calls: answered readings, and time. */
const between = ({ sandbox }: World, from: number, to: number): number =>
  sandbox.record.filter(({ seq, method, status }) => seq > from && seq < to && method === 'GET' && status === 200)
    .length;

/** L3: nothing but the target is touched, nothing gets wider, and a call is repeated only where the rules say so. */
const trespasses = (world: World): readonly string[] => {
  const { sandbox, seeded, witness } = world;
  const isUpdate = String(seeded.request['operation']).startsWith('update-');
  const isUrgent = seeded.request['reason'] === 'leaked';
  const executed = witness.calls.filter(({ seq }) => {
    const exchange = sandbox.record[seq - 1];
    return exchange?.status !== TOO_MANY || exchange.applied !== undefined;
  });
  const repeats = executed.slice(1).map(({ at, seq }, index) => {
    const first = executed[index] ?? { at, seq };
    const needed = isUrgent && !isUpdate ? 1 : 3;
    if (between(world, first.seq, seq) < needed) return `L3: a further call after too few readings`;
    return isUpdate && at - first.at < seeded.landsWithinMs
      ? 'L3: a further update before the first had to have landed'
      : '';
  });
  return [
    ...sandbox
      .applied()
      .filter(
        ({ keyId, by, world: where }) => keyId !== seeded.target || by !== seeded.signer || where !== seeded.world,
      )
      .map(({ keyId, kind }) => `L3: ${keyId} was ${kind}`),
    ...sandbox
      .applied()
      .filter(({ before, after }) => before && after && !isNarrower(after, before))
      .map(() => 'L3: an update made the key wider'),
    ...(executed.length > MOST_CALLS ? [`L3: ${executed.length} calls`] : []),
    ...repeats.filter((breach) => breach !== ''),
  ];
};

/** Every breach of a law in a world whose request is over; judged by what the provider recorded, not by what the function says of itself. */
export const breachesIn = (world: World): readonly string[] => [
  ...world.witness.breaches,
  ...lies(world),
  ...losses(world),
  ...trespasses(world),
];
