import { type Facts, isDoubt } from '../../core/answer.ts';
import type { ControlTarget, Credential, Order, Plan, Question } from '../../core/provider.ts';
import { realmsOf } from '../realms.ts';
import { type ReplyMeaning, silent } from '../reply-meaning.ts';
import { BYBIT_ELSEWHERE, BYBIT_SIBLINGS, ENVIRONMENTS, FOR_APPLICATIONS } from './environments.ts';
import type { BybitOperation } from './operations.ts';
import { type OwnKey, queryApi } from './query-api.ts';
import { searching } from './search.ts';
import { subKeysQuestion } from './sub-keys.ts';

const { hostOf, isSameRealm } = realmsOf(ENVIRONMENTS);

const WRONG_KIND: Partial<ReplyMeaning> = { means: { end: 'refused/wrong-signer' }, blocksCall: true };

const some = (facts: Readonly<Record<string, string | undefined>>): Facts =>
  Object.fromEntries(Object.entries(facts).filter((fact): fact is [string, string] => fact[1] !== undefined));

const typeOf = ({ type }: OwnKey): string | undefined => type?.toString();

const asked = (credential: Credential, host: string) =>
  ({ credential, host, as: 'self', questionId: `self@${host}`, column: 'own' }) as const;

/** Asks the target about itself, if the target signs the call. The key must be of the operation's kind. */
const signingItself = ({ signer }: Order, { of }: BybitOperation): Question =>
  queryApi({
    ...asked(signer, hostOf(signer.environment)),
    judge: (key) => ({
      identified: true,
      facts: some({ userID: key.userID, parentUid: key.parentUid, type: typeOf(key) }),
      ...(key.record && { record: key.record }),
      ...(key.isMaster === (of === 'master') ? {} : WRONG_KIND),
    }),
  });

/** After a doubt the target's account must be looked for: no other reply tells it. A demo account opens no list. */
const searchedIfDoubted = (question: Question, { environment }: Credential): Question => ({
  ...question,
  next: (replies, now) => {
    const next = question.next(replies, now);
    if (!('answer' in next) || !isDoubt(next.answer) || environment === 'demo') return next;
    return { answer: { ...next.answer, facts: { searchDoubted: next.answer.code } } };
  },
});

/** Asks the target about itself, if a master signs. The reply names the target's account and its master. */
const besideItsMaster = (target: Credential): Question => {
  const question = queryApi({
    ...asked(target, hostOf(target.environment)),
    judge: (key) => ({
      identified: true,
      facts: some({ targetUserID: key.userID, parentUid: key.parentUid, type: typeOf(key) }),
      ...(key.record && { record: key.record }),
    }),
  });
  return searchedIfDoubted(question, target);
};

/** Asks the master about itself. The reply says nothing of the target. */
export const masterCheck = ({ signer }: Order): Question => {
  const host = hostOf(signer.environment);
  return queryApi({
    credential: signer,
    host,
    as: 'managing',
    questionId: `${signer.keyId}@${host}/query-api`,
    column: 'managing',
    judge: ({ isMaster, userID, record }) => ({
      facts: some({ userID, wallet: record?.permissions['Wallet']?.join(' '), readOnly: record?.readOnly.toString() }),
      ...(isMaster ? {} : WRONG_KIND),
    }),
  });
};

/** A credential under the identifier that Bybit has to name. */
const underClaim = (credential: Credential): Credential => ({
  ...credential,
  keyId: credential.keyId ?? credential.claimedId?.reveal(),
});

/** Asks whose key a credential is. Only a reply with the key's own record names the key. */
export const whoseQuestion = (credential: Credential): Question => {
  const claimed = underClaim(credential);
  return queryApi({
    ...asked(claimed, hostOf(credential.environment)),
    judge: () => ({ identified: true, facts: some({ keyId: claimed.keyId }) }),
  });
};

/** What Bybit gives in place of a master's id to a key that is a master's own. */
const NO_MASTER = '0';

/** The account of a key, and the account of its master. */
const accountsOf = (userID: string | undefined, parentUid: string | undefined): readonly string[] =>
  [userID, parentUid].filter((id) => id !== undefined && id !== NO_MASTER).map(String);

/** Asks a control key about itself. Keys of one master, and the master's own keys, are of one account. */
export const controlQuestion = (control: Credential, { self, facts }: ControlTarget): Question => {
  const credential = underClaim(control);
  const of = accountsOf(self ? facts['userID'] : facts['targetUserID'], facts['parentUid']);
  const host = hostOf(credential.environment);
  return queryApi({
    ...{ credential, host, as: 'control', questionId: `${credential.keyId}@${host}/query-api`, column: 'managing' },
    judge: ({ userID, parentUid }) => {
      const own = accountsOf(userID, parentUid);
      const isSame = own.some((id) => of.includes(id));
      const sameAccount = own.length === 0 || of.length === 0 ? undefined : isSame ? 'yes' : 'no';
      return { facts: some({ keyId: credential.keyId, sameAccount }) };
    },
  });
};

/** A demo account is not a sub account of its production master, so its id opens no list. */
export const subAccountOf = ({ target, facts }: Order): string | undefined =>
  (target.credential?.environment === 'demo' ? undefined : facts['targetUserID']) ??
  target.locator['subMemberId'] ??
  facts['subMemberId'];

/** Whether the sub account must still be found: not if the target answers without doubt, and not before an urgent call. */
const mustSearch = ({ target, facts, urgent, called }: Order): boolean =>
  (target.credential === undefined || facts['searchDoubted'] !== undefined) &&
  facts['searched'] === undefined &&
  (called || !urgent);

const managedProbes = (order: Order): readonly Question[] => {
  const { target, facts, signer } = order;
  const own = target.credential ? [besideItsMaster(target.credential)] : [];
  const { userID } = facts;
  if (userID === undefined) return own;
  const host = hostOf(signer.environment);
  const subMemberId = subAccountOf(order);
  if (subMemberId !== undefined) return [...own, subKeysQuestion(order, host, userID, subMemberId)];
  return mustSearch(order) ? [...own, searching(order, host, userID)] : own;
};

/** All questions about the target that are possible with the known facts. */
export const probes = (order: Order, operation: BybitOperation): readonly Question[] =>
  order.target.self ? [signingItself(order, operation)] : managedProbes(order);

/** A question to an environment in which a refusal for the address is no sign of the key. */
const withoutDoubt = (question: Question): Question => ({
  ...question,
  next: (replies, now) => {
    const next = question.next(replies, now);
    if (!('answer' in next) || !isDoubt(next.answer)) return next;
    return { answer: { ...silent({ wait: 'unrecognised' }), code: next.answer.code } };
  },
});

const askedAt = (credential: Credential, environment: string): readonly [string, Question] => {
  const question = queryApi({ ...asked(credential, hostOf(environment)), judge: () => ({ identified: true }) });
  return [environment, environment === FOR_APPLICATIONS ? withoutDoubt(question) : question];
};

/** The key's own question at the environments where it may belong. */
export const siblings = ({ target, signer }: Order): Plan['siblings'] =>
  BYBIT_SIBLINGS.filter((name) => target.self && !isSameRealm(name, signer.environment)).map((name) =>
    askedAt(signer, name),
  );

/** A key's own question at the documented environments of other realms. The secret itself is not sent. */
export const inOtherRealms = (credential: Credential, except: readonly string[] = []): Plan['siblings'] =>
  BYBIT_ELSEWHERE.filter((name) => !isSameRealm(name, credential.environment) && !except.includes(name)).map((name) =>
    askedAt(credential, name),
  );

/** The same at all other documented environments. */
export const elsewhere = (order: Order): Plan['siblings'] => {
  const credential = order.target.self ? order.signer : order.target.credential;
  const before = siblings(order).map(([name]) => name);
  return credential === undefined ? [] : inOtherRealms(credential, before);
};
