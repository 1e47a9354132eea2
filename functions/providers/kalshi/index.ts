import { Fault } from '../../core/fault.ts';
import type { Call, Operation, Order, Plan, Provider, Question } from '../../core/provider.ts';
import { keyPath } from '../key-path.ts';
import { realmsOf } from '../realms.ts';
import { credential } from './credential.ts';
import { ENVIRONMENTS, KALSHI_SIBLINGS } from './environments.ts';
import { AFTERWARDS, forecast } from './forecast.ts';
import { API_KEYS_PATH, keyListQuestionId, managersQuestion, ownListQuestion } from './key-list.ts';
import { meaning } from './meaning.ts';
import { signForKalshi } from './sign.ts';

const OPERATIONS: Readonly<Record<string, Operation>> = { 'delete-key': { kind: 'delete', managed: true } };

const { hostOf, isSameRealm, checkReach } = realmsOf(ENVIRONMENTS);

const deleteCall = ({ signer, target }: Order): Call => {
  const host = hostOf(signer.environment);
  const path = keyPath(API_KEYS_PATH, target.keyId);
  return {
    asked: 'delete api_key',
    as: target.self ? 'self' : 'managing',
    host,
    questionId: target.self ? `self@${host}` : keyListQuestionId(signer.keyId, host),
    send: (now) => signForKalshi(signer, { method: 'DELETE', host, path }, now),
    read: (reply) => meaning(reply, target.self ? 'own-delete' : 'managed-delete'),
  };
};

const probes = (order: Order): readonly Question[] => {
  const { signer, target } = order;
  if (target.self) return [ownListQuestion(signer, hostOf(signer.environment), true)];
  const own = target.credential
    ? [ownListQuestion(target.credential, hostOf(target.credential.environment), false)]
    : [];
  return [...own, managersQuestion(order, hostOf(signer.environment))];
};

const siblings = ({ signer, target }: Order): Plan['siblings'] =>
  KALSHI_SIBLINGS.filter((name) => target.self && !isSameRealm(name, signer.environment)).map((name) => [
    name,
    ownListQuestion(signer, hostOf(name), false),
  ]);

const checked = (order: Order): Order => {
  if (!Object.hasOwn(OPERATIONS, order.operation))
    throw new Fault('refused/malformed', `Cannot do ${order.operation} at Kalshi, wanted delete-key`);
  checkReach(order);
  return order;
};

const plan = (order: Order): Plan => ({
  probes: probes(checked(order)),
  needsAll: false,
  siblings: siblings(order),
  provable: true,
  call: deleteCall(order),
  proofGapMs: 2_000,
  // No tolerance is documented: a timestamp of half a minute ago was refused, one of ten seconds ago was not.
  landsWithinMs: 30_000,
  forecast,
  afterwards: () => AFTERWARDS,
});

/** Kalshi: statuses and codes in JSON, RSA-PSS or Ed25519 signatures, no way to restrict a key. */
export const kalshi: Provider = {
  name: 'kalshi',
  environments: ENVIRONMENTS,
  operations: OPERATIONS,
  credential,
  plan,
};
