import type { Exchange, KeySettings } from '../../../infra/local/sandbox/index.ts';
import type { CrashOrder } from '../orders/crash-order.ts';
import type { Evidence, SentOrder } from '../scene/evidence.ts';
import type { Judged } from './judged.ts';

/** The most calls of one attempt that find the key alive. */
const MOST_CALLS = 5;
/** What a provider answers to a call that it did not look at. */
const TOO_MANY = 429;
/** As many answered readings stand between two calls to a living key. */
const READINGS = { urgentDelete: 1, other: 3 };

const CHANGING: readonly string[] = ['revoked', 'restricted'];
const mayChange = ({ recipe }: CrashOrder): boolean => recipe.ends.some((end) => CHANGING.includes(end));
/** What got stuck may have been tried. */
const mayCall = (order: CrashOrder): boolean =>
  mayChange(order) || order.recipe.ends.some((end) => end.startsWith('stuck/'));

/** Whether the first settings let a key do nothing that the second do not. */
const isNarrower = (after: KeySettings, before: KeySettings): boolean =>
  after.readOnly >= before.readOnly &&
  after.ips.join() === before.ips.join() &&
  Object.entries(after.permissions).every(([group, names]) =>
    names.every((name) => before.permissions[group]?.includes(name)),
  );

const isCall = ({ method }: Exchange): boolean => method !== 'GET';

/** Whether an exchange found its key deleted. Where it came at the instant of the death, the order of arrival tells. */
const isAfterDeath = (one: Exchange, exchanges: readonly Exchange[]): boolean =>
  exchanges.some(
    ({ applied, seq }) =>
      applied?.kind === 'deleted' && (one.at > applied.at || (one.at === applied.at && one.seq > seq)),
  );

/**
 * Whether a call was repeated before there was reason to. A dead key answers a reading as an outage does, so the delete goes out again
 * after one reading, whatever that is answered.
 */
const isHasty = ({ isUrgent, recipe }: SentOrder, exchanges: readonly Exchange[]): boolean => {
  const needed = isUrgent && recipe.operation.startsWith('delete-') ? READINGS.urgentDelete : READINGS.other;
  const calls = exchanges.filter((each) => isCall(each) && (each.status !== TOO_MANY || each.applied !== undefined));
  return calls.slice(1).some((second, index) => {
    const first = calls[index]?.seq ?? 0;
    const readings = exchanges.filter((each) => each.seq > first && each.seq < second.seq && !isCall(each));
    if (isAfterDeath(second, exchanges)) return readings.length === 0;
    return readings.filter(({ status }) => status === 200).length < needed;
  });
};

/** L3: no call that the rules forbid. The keys of an order have an account of their own, so that every exchange of theirs is its own. */
export const trespasses = ({ providers, said }: Evidence, { order, end }: Judged): readonly string[] => {
  const { keyId, signerId, provider, dueAt } = order;
  const { exchanges, changes } = providers[provider];
  const own = exchanges.filter((each) => each.keyId === keyId || each.keyId === signerId);
  const calls = own.filter(isCall);
  const toLiving = calls.filter((each) => !isAfterDeath(each, own));
  const told = said.find(({ receipt }) => end !== undefined && receipt.receiptId === end.receiptId);
  const ownChanges = changes.filter((change) => change.keyId === keyId);
  const rules: readonly (readonly [boolean, string])[] = [
    [toLiving.length > MOST_CALLS, `L3: ${toLiving.length} calls`],
    [calls.length > (end?.calls ?? MOST_CALLS), 'L3: a call that its receipt does not count'],
    [calls.some(({ at }) => at < dueAt), 'L3: a call before its time'],
    [told !== undefined && calls.some(({ at }) => at > told.at), 'L3: a call after its end'],
    [isHasty(order, own), 'L3: a further call after too few readings'],
    [ownChanges.some(({ by }) => by !== signerId), 'L3: changed by another key than its signer'],
    [
      ownChanges.some(({ before, after }) => before && after && !isNarrower(after, before)),
      'L3: an update made the key wider',
    ],
    [!mayChange(order) && ownChanges.length > 0, 'L3: changed, though nobody asked for that'],
    [!mayCall(order) && calls.length > 0, 'L3: a call, though nobody asked for one'],
  ];
  return rules.filter(([isBroken]) => isBroken).map(([, breach]) => breach);
};

/** L3: changes to keys that no order is about, and calls by keys that sign for none. */
export const strays = ({ providers, orders }: Evidence): readonly string[] =>
  Object.entries(providers).flatMap(([provider, { changes, exchanges }]) => {
    const isAbout = (keyId: string, world: string): boolean =>
      orders.some((order) => order.provider === provider && order.keyId === keyId && order.world === world);
    const signs = (keyId = ''): boolean => orders.some(({ signerId }) => signerId === keyId);
    return [
      ...changes
        .filter(({ keyId, world }) => !isAbout(keyId, world))
        .map(({ keyId, kind }) => `L3: ${keyId} at ${provider} was ${kind}, and nobody asked for that`),
      ...exchanges
        .filter((each) => isCall(each) && !signs(each.keyId))
        .map(({ keyId = 'nobody' }) => `L3: ${keyId} at ${provider} signed a call, and nobody asked for that`),
    ];
  });
