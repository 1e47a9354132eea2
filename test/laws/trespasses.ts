import type { Change } from '../../infra/local/sandbox/index.ts';
import type { Evidence, Seen } from './evidence.ts';
import { isNarrower, looksOf } from './lies.ts';

/** The most calls of one attempt that find the key alive. */
const MOST_CALLS = 5;
/** What a provider answers to a call that it did not look at. */
const TOO_MANY = 429;

/** Readings of the same request that were answered between two of its calls. */
const between = (evidence: Evidence, first: Seen, second: Seen): number =>
  looksOf(evidence, second.requestId, second.seq).filter(
    ({ seq }) => seq > first.seq && evidence.sandbox.record[seq - 1]?.status === 200,
  ).length;

const isUpdate = ({ orders }: Evidence, { requestId }: Seen): boolean =>
  String(orders.get(requestId)?.request['operation']).startsWith('update-');

/** The name of the fault by which a provider answers a key that it knows as one that it does not. */
export const NOBODY_IS_KNOWN = 'nobody is known';

/** A delete of a key that its last reading did not show: it goes out again, since an outage reads as a death does. */
const isForTheDead = (evidence: Evidence, call: Seen): boolean => {
  const look = looksOf(evidence, call.requestId, call.seq).at(-1);
  if (isUpdate(evidence, call) || look === undefined) return false;
  return !look.isAlive || evidence.sandbox.record[look.seq - 1]?.faultName === NOBODY_IS_KNOWN;
};

/** A call is repeated only where the rules say so. */
const repeats = (evidence: Evidence, calls: readonly Seen[]): readonly string[] =>
  calls.slice(1).flatMap((call, index) => {
    const { request, landsWithinMs = 0 } = evidence.orders.get(call.requestId) ?? {};
    const isUrgent = request?.['reason'] === 'leaked';
    const first = calls[index] ?? call;
    // One for each delivery. It did nothing, so that the next one, for a key that shows again, is as the first.
    if (isForTheDead(evidence, call) && call.delivery !== first.delivery) return [];
    if (isForTheDead(evidence, first)) return [];
    if (between(evidence, first, call) < (isUrgent && !isUpdate(evidence, call) ? 1 : 3))
      return ['L3: a further call after too few readings'];
    return isUpdate(evidence, call) && call.at - first.at < landsWithinMs
      ? ['L3: a further update before the first had to have landed']
      : [];
  });

const attempts = ({ witness, sandbox }: Evidence): readonly (readonly Seen[])[] => {
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
const wrongChange = (evidence: Evidence, change: Change): readonly string[] => {
  const { sandbox, witness, orders } = evidence;
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
  const known = looksOf(evidence, call?.requestId ?? '', seq).at(-1)?.settings;
  const isWider = before && after && ![before, known].some((was) => was && isNarrower(after, was));
  return [...(isMeant ? [] : [`L3: ${keyId} was ${kind}`]), ...(isWider ? ['L3: an update made the key wider'] : [])];
};

const tooMany = ({ length }: readonly Seen[]): readonly string[] =>
  length > MOST_CALLS ? [`L3: ${length} calls`] : [];

/** L3: nothing but the target is touched, nothing gets wider, and no call is made too often. */
export const trespasses = (evidence: Evidence): readonly string[] => [
  ...evidence.sandbox.applied().flatMap((change) => wrongChange(evidence, change)),
  ...attempts(evidence).flatMap((calls) => [
    ...tooMany(calls.filter((call) => !isForTheDead(evidence, call))),
    ...repeats(evidence, calls),
  ]),
];
