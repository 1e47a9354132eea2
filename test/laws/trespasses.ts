import type { Change } from '../../infra/local/sandbox/index.ts';
import type { Asked, Evidence, Seen } from './evidence.ts';
import { isNarrower } from './is-narrower.ts';
import { type Breach, broken, type Judged, lastLook } from './judged.ts';

/** The most calls of one attempt that find the key alive. */
const MOST_CALLS = 5;
/** What a provider answers to a call that it did not look at. */
const TOO_MANY = 429;
/** As many answered readings stand between two calls to a living key. */
const READINGS = { urgentDelete: 1, other: 3 };

/** The name of the fault by which a provider answers a key that it knows as one that it does not. */
export const NOBODY_IS_KNOWN = 'nobody is known';
/** The name of the fault by which a provider turns our address away, without a look at what is asked. */
export const BANNED = 'banned';

const UNLOOKED_AT: readonly (string | undefined)[] = [NOBODY_IS_KNOWN, BANNED];

/** A delete of a key that its last reading did not show: it goes out again, since an outage reads as a death does. */
const isForTheDead = (judged: Judged, call: Seen): boolean => {
  const look = lastLook(judged, call.seq);
  if (judged.asked.isUpdate || look === undefined) return false;
  return !look.isAlive || look.faultName === NOBODY_IS_KNOWN;
};

/** A call is repeated only where the rules say so. */
const repeats = (judged: Judged, calls: readonly Seen[]): readonly string[] => {
  const { isUpdate, isUrgent, landsWithinMs } = judged.asked;
  const needed = isUrgent && !isUpdate ? READINGS.urgentDelete : READINGS.other;
  return calls.slice(1).flatMap((call, index) => {
    const first = calls[index] ?? call;
    const looks = judged.looks.filter(({ seq }) => seq > first.seq && seq < call.seq);
    const tooFew = 'L3: a further call after too few readings';
    if (looks.length === 0) return [tooFew];
    const isSameDelivery = call.delivery !== undefined && call.delivery === first.delivery;
    // With a managing key one more goes out at once, if the reply to the first may have been lost.
    const isAskedAgain = call.keyId !== judged.asked.target && first.faultName !== undefined;
    // One for each delivery. It did nothing, so that the next one, for a key that shows again, is as the first.
    if (isForTheDead(judged, call) && (!isSameDelivery || isAskedAgain)) return [];
    if (isForTheDead(judged, first)) return [];
    if (looks.filter(({ status }) => status === 200).length < needed) return [tooFew];
    return isUpdate && call.at - first.at < landsWithinMs
      ? ['L3: a further update before the first had to have landed']
      : [];
  });
};

const isExecuted = ({ status, faultName, applied }: Seen): boolean =>
  (status !== TOO_MANY && !UNLOOKED_AT.includes(faultName)) || applied !== undefined;

/** The calls of one attempt are not too many, nor too soon, and its receipt counts them all. */
const attempt = (judged: Judged, calls: readonly Seen[]): readonly string[] => {
  const [{ attempt: number } = { attempt: 1 }] = calls;
  const executed = calls.filter(isExecuted);
  const living = executed.filter((call) => !isForTheDead(judged, call));
  const end = judged.onTopic.find((receipt) => receipt.attempt === number);
  return [
    ...broken([
      [living.length <= MOST_CALLS, `L3: ${living.length} calls`],
      [calls.length <= (end?.calls ?? MOST_CALLS), 'L3: a call that its receipt does not count'],
    ]),
    ...repeats(judged, executed),
  ];
};

/** Whether a request changed the key between a reading and a change. */
const isChangedBetween = ({ provider: { changes }, calls }: Judged, look: Seen, change: Change): boolean => {
  const seqOf = (one: Change): number => calls.find(({ applied }) => applied === one)?.seq ?? 0;
  return changes
    .slice(0, changes.indexOf(change))
    .filter(({ keyId, world }) => keyId === change.keyId && world === change.world)
    .some((one) => one.at > look.at || (one.at === look.at && seqOf(one) > look.seq));
};

/**
 * Whether an update lets the key do more than before. What is taken away by hand after the last look cannot be known; what requests take
 * away can.
 */
const isWider = (judged: Judged, change: Change, call: Seen): boolean => {
  const { before, after } = change;
  if (!before || !after || isNarrower(after, before)) return false;
  const look = lastLook(judged, call.seq);
  const isKnown = look?.settings !== undefined && isNarrower(after, look.settings);
  return !isKnown || isChangedBetween(judged, look, change);
};

const isAbout = ({ target, world }: Asked, { keyId, world: changed }: Change): boolean =>
  keyId === target && changed === world;

const changeOf = (judged: Judged, call: Seen): readonly string[] => {
  const { asked } = judged;
  const { applied } = call;
  if (applied === undefined || !isAbout(asked, applied)) return [];
  return broken([
    [asked.allows === 'a change', 'L3: changed, though nobody asked for that'],
    [asked.signers.includes(applied.by), 'L3: changed by another key than its signer'],
    [!isWider(judged, applied, call), 'L3: an update made the key wider'],
  ]);
};

/** L3: no call for a request that the rules forbid. */
export const trespasses = (judged: Judged): readonly string[] => {
  const { asked, calls, said } = judged;
  const isAfterEnd = (call: Seen): boolean =>
    said.some(({ receipt, seq }) => receipt.final && receipt.attempt >= call.attempt && seq < call.seq);
  const attempts = Map.groupBy(calls, (call) => call.attempt);
  return [
    ...broken([
      [asked.allows !== 'nothing' || calls.length === 0, 'L3: a call, though nobody asked for one'],
      [calls.every(({ at }) => at >= asked.dueAt), 'L3: a call before its time'],
      [!calls.some(isAfterEnd), 'L3: a call after the end'],
    ]),
    ...[...attempts.values()].flatMap((some) => attempt(judged, some)),
    ...calls.flatMap((call) => changeOf(judged, call)),
  ];
};

/** L3: changes to keys that no request is about, and calls by keys that sign for none. */
export const strays = ({ asked, providers, seen }: Evidence): readonly Breach[] => {
  const requests = new Map(asked.map((one) => [one.id, one]));
  const changes = Object.entries(providers).flatMap(([provider, record]) =>
    record.changes.flatMap((change) => {
      const { of = '' } = seen.find(({ applied }) => applied === change) ?? {};
      const request = requests.get(of);
      if (request?.provider === provider && isAbout(request, change)) return [];
      return [{ of, says: `L3: ${change.keyId} at ${provider} was ${change.kind}, and nobody asked for that` }];
    }),
  );
  const calls = seen.flatMap(({ isCall, of, provider, keyId = '' }) => {
    if (!isCall || requests.get(of)?.signers.includes(keyId)) return [];
    return [{ of, says: `L3: ${keyId || 'nobody'} at ${provider} signed a call, and nobody asked for that` }];
  });
  return [...changes, ...calls];
};
