import type { Change } from '../../infra/local/sandbox/index.ts';
import type { World } from '../faults/world/world.ts';
import { isNarrower, looksOf } from './lies.ts';
import type { Seen } from './witness.ts';

/** The most calls of one attempt that find the key alive. */
const MOST_CALLS = 5;
/** What a provider answers to a call that it did not look at. */
const TOO_MANY = 429;

/** Readings of the same request that were answered between two of its calls. */
const between = (world: World, first: Seen, second: Seen): number =>
  looksOf(world, second.requestId, second.seq).filter(
    ({ seq }) => seq > first.seq && world.sandbox.record[seq - 1]?.status === 200,
  ).length;

const isUpdate = ({ orders }: World, { requestId }: Seen): boolean =>
  String(orders.get(requestId)?.request['operation']).startsWith('update-');

/** The name of the fault by which a provider answers a key that it knows as one that it does not. */
export const NOBODY_IS_KNOWN = 'nobody is known';

/** A delete of a key that its last reading did not show: it goes out again, since an outage reads as a death does. */
const isForTheDead = (world: World, call: Seen): boolean => {
  const look = looksOf(world, call.requestId, call.seq).at(-1);
  if (isUpdate(world, call) || look === undefined) return false;
  return !look.isAlive || world.sandbox.record[look.seq - 1]?.faultName === NOBODY_IS_KNOWN;
};

/** A call is repeated only where the rules say so. */
const repeats = (world: World, calls: readonly Seen[]): readonly string[] =>
  calls.slice(1).flatMap((call, index) => {
    const { request, landsWithinMs = 0 } = world.orders.get(call.requestId) ?? {};
    const isUrgent = request?.['reason'] === 'leaked';
    const first = calls[index] ?? call;
    // One for each delivery. It did nothing, so that the next one, for a key that shows again, is as the first.
    if (isForTheDead(world, call) && call.delivery !== first.delivery) return [];
    if (isForTheDead(world, first)) return [];
    if (between(world, first, call) < (isUrgent && !isUpdate(world, call) ? 1 : 3))
      return ['L3: a further call after too few readings'];
    return isUpdate(world, call) && call.at - first.at < landsWithinMs
      ? ['L3: a further update before the first had to have landed']
      : [];
  });

const attempts = ({ witness, sandbox }: World): readonly (readonly Seen[])[] => {
  const executed = witness.exchanges.filter(({ isCall, seq }) => {
    const exchange = sandbox.record[seq - 1];
    const isLookedAt = exchange?.status !== TOO_MANY && exchange?.faultName !== NOBODY_IS_KNOWN;
    return isCall && (isLookedAt || exchange?.applied !== undefined);
  });
  return Object.values(Object.groupBy(executed, ({ requestId, attempt }) => `${requestId}#${attempt}`)).map(
    (calls) => calls ?? [],
  );
};

/** A change that was made by nobody whom the request named, to another key than it named, or to a wider one than was there. */
const wrongChange = (world: World, change: Change): readonly string[] => {
  const { sandbox, witness, orders } = world;
  const seq = sandbox.record.find(({ applied }) => applied === change)?.seq ?? 0;
  const call = witness.exchanges.find((one) => one.seq === seq);
  const order = orders.get(call?.requestId ?? '');
  const { keyId, by, before, after, kind } = change;
  const isMeant =
    order !== undefined &&
    keyId === order.target &&
    change.world === order.world &&
    [order.signer, ...(order.otherSigners ?? [])].includes(by);
  // What somebody takes away by hand after the last look cannot be known.
  const known = looksOf(world, call?.requestId ?? '', seq).at(-1)?.settings;
  const isWider = before && after && ![before, known].some((was) => was && isNarrower(after, was));
  return [...(isMeant ? [] : [`L3: ${keyId} was ${kind}`]), ...(isWider ? ['L3: an update made the key wider'] : [])];
};

const tooMany = ({ length }: readonly Seen[]): readonly string[] =>
  length > MOST_CALLS ? [`L3: ${length} calls`] : [];

/** L3: nothing but the target is touched, nothing gets wider, and no call is made too often. */
export const trespasses = (world: World): readonly string[] => [
  ...world.sandbox.applied().flatMap((change) => wrongChange(world, change)),
  ...attempts(world).flatMap((calls) => [
    ...tooMany(calls.filter((call) => !isForTheDead(world, call))),
    ...repeats(world, calls),
  ]),
];
