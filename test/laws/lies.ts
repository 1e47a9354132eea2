import type { KeySettings } from '../../infra/local/sandbox/index.ts';
import type { Evidence, Said, Seen } from './evidence.ts';

const within = (inner: readonly string[], outer: readonly string[]): boolean =>
  outer.includes('*') || outer.length === 0 || inner.every((one) => outer.includes(one));

/** Whether the first settings let a key do nothing that the second do not. */
export const isNarrower = (after: KeySettings, before: KeySettings): boolean =>
  after.readOnly >= before.readOnly &&
  (after.ips.length > 0 || before.ips.length === 0) &&
  within(after.ips, before.ips) &&
  Object.entries(after.permissions).every(([group, values]) =>
    values.every((value) => before.permissions[group]?.includes(value)),
  );

/** The readings of one request up to an exchange, in their order. */
export const looksOf = ({ witness }: Evidence, requestId: string, upTo: number): readonly Seen[] =>
  witness.exchanges.filter((one) => !one.isCall && one.requestId === requestId && one.seq <= upTo);

/** A delete that is said to have found its key dead has called, or another request for that key has been told that it is dead. */
const isUnfounded = ({ witness, orders }: Evidence, { receipt, seq }: Said): boolean => {
  const order = orders.get(receipt.requestId);
  if (receipt.outcome !== 'already-revoked' || String(order?.request['operation']).startsWith('update-')) return false;
  const hasCalled = witness.exchanges.some(
    (one) => one.isCall && one.requestId === receipt.requestId && one.seq <= seq,
  );
  const isKnown = witness.receipts.some(
    (said) =>
      said.receipt.keyState === 'dead' &&
      said.receipt.requestId !== receipt.requestId &&
      said.seq <= seq &&
      orders.get(said.receipt.requestId)?.target === order?.target,
  );
  return !hasCalled && !isKnown;
};

/** What is said to be dead was dead at the last look, and is since: but for somebody who made it live again. */
const falseDeaths = (evidence: Evidence, { receipt, isAlive, seq, at }: Said): readonly string[] => {
  const { witness, sandbox, orders } = evidence;
  const order = orders.get(receipt.requestId);
  const look = looksOf(evidence, receipt.requestId, seq).at(-1);
  const isMadeAgain = witness.revivals.some((after) => after >= (look?.seq ?? 0));
  const livesOn = order !== undefined && sandbox.isAlive(order.world, order.target) && !isMadeAgain;
  return [
    ...(look === undefined ? [`L1: ${receipt.outcome} without a look`] : []),
    ...(look?.isAlive || (isAlive && !isMadeAgain) ? [`L1: ${receipt.outcome} while the key lived`] : []),
    ...(livesOn ? ['L1: said to be dead and lives'] : []),
    ...(isUnfounded(evidence, { receipt, isAlive, seq, at }) ? ['L1: said to be dead already without a call'] : []),
    ...(['revoked', 'already-revoked'].includes(receipt.outcome) ? [] : [`L1: dead, but ${receipt.outcome}`]),
  ];
};

/** What is said to be restricted was, at the last look, as asked, and no wider than at the first one. */
const falseRestrictions = (evidence: Evidence, { receipt, seq }: Said): readonly string[] => {
  const looks = looksOf(evidence, receipt.requestId, seq);
  const [first, last] = [looks[0]?.settings, looks.at(-1)?.settings];
  const narrow = evidence.orders.get(receipt.requestId)?.narrow;
  const isSo = first && last && narrow && isNarrower(last, narrow) && isNarrower(last, first);
  return isSo ? [] : ['L1: said to be restricted and is not'];
};

/** L1: nothing is said of a key that is not so. */
export const lies = (evidence: Evidence): readonly string[] =>
  evidence.witness.receipts.flatMap((said) => {
    if (said.receipt.keyState === 'dead') return falseDeaths(evidence, said);
    return said.receipt.outcome === 'restricted' ? falseRestrictions(evidence, said) : [];
  });
