import { type Answer, endIn, isAbsent, waitIn } from '../answer.ts';
import { Fault } from '../fault.ts';
import { type AttemptWaiting, attemptWaiting } from '../ledger/attempt-result.ts';
import { type KeyIdentityItem, keyIdentityKey } from '../ledger/keys.ts';
import { recall, updateItem } from '../ledger/update-item.ts';
import type { FinalOutcome } from '../outcome.ts';
import type { Ports } from '../ports.ts';
import { ask, isUnasked, type Unasked } from '../probe/ask.ts';
import { type Asking, checkBreaker } from '../probe/host-limits.ts';
import { notAskedFrom, type Provider } from '../provider.ts';
import { evidenceOf } from '../receipt.ts';
import { allOver } from '../some-at-once.ts';
import type { Held } from './open-credential.ts';

/** A key's identifier, and the question whose answer named it, if a question was needed. */
export interface Identified {
  readonly keyId: string;
  readonly seen: readonly string[];
  /** Writes down what the provider answered, for every later delivery. */
  readonly note?: (() => Promise<unknown>) | undefined;
}

/** What the caller knows of a credential whose key must be identified. */
export interface Expected {
  /** The outcome if the provider does not know the credential. */
  readonly unknown: FinalOutcome;
  /** Identifiers for which one answer is enough: of earlier pins, or from the request. Empty if two answers must agree. */
  readonly keyIds: readonly (string | undefined)[];
  /** Identifiers that the request's item holds: its sender named them, or an earlier delivery pinned them. */
  readonly stored: readonly (string | undefined)[];
}

/** The key that all answers name. One answer is enough for an expected key. If two answers name two keys, neither can be believed. */
const keyNamedBy = (
  answers: readonly (Answer | Unasked)[],
  keyIds: readonly (string | undefined)[],
): string | undefined => {
  const named = answers.map((answer) => (isUnasked(answer) ? undefined : answer.facts?.['keyId']));
  const [keyId, ...others] = new Set(named.filter((id) => id !== undefined));
  if (keyId === undefined || others.length > 0) return undefined;
  return !named.includes(undefined) || keyIds.includes(keyId) ? keyId : undefined;
};

/** The end of a request whose key was not identified, if both answers mean the same end. */
const agreedEnd = (answers: readonly Answer[], { unknown }: Expected): FinalOutcome | undefined => {
  const [end, ...others] = new Set(
    answers.map((answer) => (isAbsent(answer, { deleted: true }) ? unknown : endIn(answer))),
  );
  return others.length > 0 ? undefined : end;
};

/** Of an item that cannot be read the identifier is empty: the provider is asked again. */
const asKept = (item: KeyIdentityItem | undefined): Identified | undefined =>
  item?.keyId ? { keyId: item.keyId, seen: item.questionIds } : undefined;

/**
 * Identifies the key of a credential: from the credential, from an earlier answer for the same version, or by a question to the provider. The
 * question is asked twice at the same time over two connections: a cache or a confused node may answer with another key's record. Until an
 * answer names the key, nothing that stands in the credential is written down: a secret may stand in the identifier's place.
 *
 * @returns the wait, if the provider gave no verdict, or if the two answers differ
 * @throws Fault with the outcome for an unknown credential, or with the end that both answers mean
 */
export const identify = async (
  ports: Ports,
  asking: Asking,
  provider: Provider,
  { opened, credential }: Held,
  expected: Expected,
): Promise<Identified | AttemptWaiting> => {
  if (credential.keyId !== undefined) return { keyId: credential.keyId, seen: [] };
  const key = keyIdentityKey(opened.arn, opened.versionId);
  const kept = async (): Promise<Identified | undefined> => asKept(await ports.ledger.read<KeyIdentityItem>(key));
  const claimed = credential.claimedId?.reveal();
  const isStored = claimed !== undefined && expected.stored.includes(claimed);
  const question = isStored ? undefined : provider.identify?.(credential);
  const keeping = recall<KeyIdentityItem>(ports, key).then(asKept);
  await Promise.allSettled([keeping, question && checkBreaker(asking, question.host)]);
  const before = await keeping;
  if (before) return before;
  if (isStored) return { keyId: claimed, seen: [] };
  if (question === undefined) return attemptWaiting({ code: 'no-reply' });
  asking.ownConnections = true;
  const answers = await allOver([ask(asking, question), ask(asking, question)]);
  const keyId = keyNamedBy(answers, [...expected.keyIds, claimed]);
  if (keyId !== undefined) {
    const note = (): Promise<unknown> =>
      updateItem<KeyIdentityItem>(ports, key, (current) =>
        current?.keyId ? undefined : { keyId, questionIds: [question.questionId] },
      );
    return { keyId, seen: [question.questionId], note };
  }
  const unasked = answers.find(isUnasked);
  if (unasked) return attemptWaiting(unasked.heldUp ?? { code: 'no-reply' });
  // Another delivery may have got the answer since, and killed the key.
  const meanwhile = await kept();
  if (meanwhile) return meanwhile;
  const said = answers.flatMap((answer) => (isUnasked(answer) ? [] : [answer]));
  const end = agreedEnd(said, expected);
  const evidence = said.map((answer) => evidenceOf(ports.clock.now(), 'probe', question, answer));
  if (end) {
    const notAsked = end === expected.unknown ? notAskedFrom(provider, credential.environment) : '';
    const swapped = claimed === undefined ? '' : 'Perhaps its identifier and its secret are swapped';
    const why = [`Cannot identify the key in ${opened.name}`, swapped, notAsked].filter(Boolean).join('. ');
    throw new Fault(end, why, evidence);
  }
  const wait = said.map(waitIn).find((one) => one !== undefined) ?? { code: 'unrecognised' };
  return attemptWaiting({ ...wait, fallbackCode: said.map(({ fallbackCode }) => fallbackCode).find(Boolean) });
};
