import type { Evidence } from './evidence.ts';
import { isNarrower } from './is-narrower.ts';
import { broken, isFinding, isOf, isSaidGone, type Judged, judgedOf, lastLook } from './judged.ts';

const DEAD: readonly string[] = ['revoked', 'already-revoked'];

type Saying = Judged['said'][number];

/** A delete that is said to have found its key dead has called, or another request for that key has been told that it is dead. */
const isFounded = (evidence: Evidence, { asked, calls }: Judged, { receipt, seq }: Saying): boolean => {
  if (receipt.outcome !== 'already-revoked' || asked.isUpdate || calls.some((one) => one.seq <= seq)) return true;
  return evidence.asked
    .filter(({ id, provider, target }) => id !== asked.id && provider === asked.provider && target === asked.target)
    .flatMap((other) => judgedOf(evidence, other).said)
    .some((other) => isSaidGone(other.receipt) && other.seq <= seq);
};

/** Whether an outcome goes with what its receipt says of a key that is gone: only one that was confirmed is dead. */
const goesWith = ({ keyState, outcome, confirms }: Saying['receipt']): boolean => {
  if (keyState === 'dead') return outcome === 'confirmed';
  return isFinding({ confirms }) ? outcome === 'confirmed' || outcome === 'unconfirmed' : DEAD.includes(outcome);
};

/** What is said to be dead was dead at the last look, and is since, unless it was made to live again by hand. */
const falseDeaths = (evidence: Evidence, judged: Judged, saying: Saying): readonly string[] => {
  const { asked, provider } = judged;
  const { outcome, keyState } = saying.receipt;
  const look = lastLook(judged, saying.seq);
  const isMadeAgain = provider.revivals.some((after) => after >= (look?.seq ?? 0));
  return broken([
    [look !== undefined, `L1: ${outcome} without a look`],
    [!look?.isAlive && (!saying.isAlive || isMadeAgain), `L1: ${outcome} while the key lived`],
    [isMadeAgain || !provider.isAlive(asked.world, asked.target), 'L1: said to be dead and lives'],
    [isFounded(evidence, judged, saying), 'L1: said to be dead already without a call'],
    [goesWith(saying.receipt), `L1: ${keyState}, but ${outcome}`],
    [keyState !== 'dead' || !saying.isAccepted, 'L1: said to be dead while a node accepts the key'],
  ]);
};

/** L1b: what is confirmed held through its whole window, by the provider's own record, and does not rest on what an outage looks like. */
const falseConfirmations = (evidence: Evidence, judged: Judged, { at, seq, receipt }: Saying): readonly string[] => {
  const { asked, provider } = judged;
  const ofKey = evidence.asked
    .filter((other) => other.provider === asked.provider && other.target === asked.target)
    .map((other) => judgedOf(evidence, other));
  const proofs = ofKey.flatMap(({ finals }) =>
    finals.flatMap(({ proof, outcome }) => (proof && DEAD.includes(outcome) === isSaidGone(receipt) ? [proof] : [])),
  );
  const isOver = proofs.some(({ settle }) => at >= Date.parse(settle.endsAt));
  const isDeleted = provider.changes.some(
    ({ kind, world, keyId }) => kind === 'deleted' && world === asked.world && keyId === asked.target,
  );
  const isFounded =
    isDeleted || receipt.proof?.control === 'signer' || proofs.some(({ control }) => control !== 'none');
  const last = ofKey
    .flatMap(({ looks }) => looks)
    .filter((look) => look.seq <= seq)
    .toSorted((a, b) => a.seq - b.seq)
    .at(-1);
  const isMadeAgain = provider.revivals.some((after) => after >= (last?.seq ?? 0));
  return broken([
    [isOver, 'L1: confirmed before the window was over'],
    [!isSaidGone(receipt) || isFounded, 'L1: confirmed by what an outage looks like'],
    [!isSaidGone(receipt) || last?.isAlive === false || isMadeAgain, 'L1: confirmed while the key lived'],
  ]);
};

/** What is said to be restricted was, at the last look, as asked, and no wider than at the first one; no request has undone that since. */
const falseRestrictions = ({ asked, provider, looks }: Judged, { seq }: Saying): readonly string[] => {
  const { narrow, world, target } = asked;
  const known = looks.filter((one) => one.seq <= seq);
  const [first, last] = [known[0]?.settings, known.at(-1)?.settings];
  const { after = last } = provider.changes.findLast((one) => one.world === world && one.keyId === target) ?? {};
  const isSo =
    first &&
    last &&
    after &&
    narrow &&
    isNarrower(last, narrow) &&
    isNarrower(last, first) &&
    isNarrower(after, narrow);
  return isSo ? [] : ['L1: said to be restricted and is not'];
};

/** L1: nothing is said of a key that is not so. */
export const lies = (evidence: Evidence, judged: Judged): readonly string[] =>
  judged.said.flatMap((saying) => {
    const { keyState, outcome } = saying.receipt;
    // It takes nothing back of what its end said, and adds nothing.
    if (outcome === 'unconfirmed' && keyState === 'gone') return [];
    const isConfirmed = outcome === 'confirmed';
    const onWindow = isConfirmed ? falseConfirmations(evidence, judged, saying) : [];
    if (isSaidGone(saying.receipt)) return [...falseDeaths(evidence, judged, saying), ...onWindow];
    if (isConfirmed) return [...falseRestrictions(judged, saying), ...onWindow];
    if (DEAD.includes(outcome)) return [`L1: ${outcome}, but ${keyState}`];
    return outcome === 'restricted' ? falseRestrictions(judged, saying) : [];
  });

/** L1: nothing is said of the key of no request. */
export const rumours = ({ asked, said }: Evidence): readonly string[] =>
  said
    .filter(({ receipt }) => isSaidGone(receipt) || receipt.outcome === 'restricted')
    .filter(({ receipt }) => !asked.some((one) => isOf(one, receipt)))
    .map(({ receipt }) => `L1: ${receipt.outcome}, and nobody asked for that`);
