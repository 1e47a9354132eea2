import { Fault } from '../../core/fault.ts';
import type { Call, Operation, Order, Plan, Provider, Question } from '../../core/provider.ts';
import { keyPath } from '../key-path.ts';
import { realmsOf } from '../worlds.ts';
import { credential } from './credential.ts';
import { ENVIRONMENTS, SIBLINGS } from './environments.ts';
import { AFTERWARDS, forecast } from './forecast.ts';
import { listSeenBy, managersQuestion, ownQuestion, PATH } from './key-list.ts';
import { meaning } from './meaning.ts';
import { signed } from './sign.ts';

const OPERATIONS: Readonly<Record<string, Operation>> = { 'delete-key': { kind: 'delete', managed: true } };

const { hostOf, isSameWorld, checkReach } = realmsOf(ENVIRONMENTS);

const deleteCall = ({ signer, aim }: Order): Call => {
  const host = hostOf(signer.environment);
  const path = keyPath(PATH, aim.keyId);
  return {
    asked: 'delete api_key',
    as: aim.self ? 'self' : 'managing',
    host,
    seenBy: aim.self ? `self@${host}` : listSeenBy(signer.keyId, host),
    send: (now) => signed(signer, { method: 'DELETE', host, path }, now),
    read: (reply) => meaning(reply, aim.self ? 'own-delete' : 'managed-delete'),
  };
};

const probes = (order: Order): readonly Question[] => {
  const { signer, aim } = order;
  if (aim.self) return [ownQuestion(signer, hostOf(signer.environment), true)];
  const own = aim.credential ? [ownQuestion(aim.credential, hostOf(aim.credential.environment), false)] : [];
  return [...own, managersQuestion(order, hostOf(signer.environment))];
};

const siblings = ({ signer, aim }: Order): Plan['siblings'] =>
  SIBLINGS.filter((name) => aim.self && !isSameWorld(name, signer.environment)).map((name) => [
    name,
    ownQuestion(signer, hostOf(name), false),
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
