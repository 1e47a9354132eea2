import { Fault } from '../../core/fault.ts';
import type { Call, Operation, Order, Plan, Provider, Question } from '../../core/provider.ts';
import { keyPath } from '../key-path.ts';
import { realmsOf } from '../realms.ts';
import { credential } from './credential.ts';
import { ENVIRONMENTS } from './environments.ts';
import { forecast } from './forecast.ts';
import { keyListQuestion, lookup } from './managed.ts';
import { meaning } from './meaning.ts';
import { bearerOf, MANAGE_KEY_PATH, withBearer } from './request.ts';
import { managerCheck, selfQuestion } from './self.ts';

const OPERATIONS: Readonly<Record<string, Operation>> = { 'delete-key': { kind: 'delete', managed: true } };

const { hostOf, checkReach } = realmsOf(ENVIRONMENTS);

const deleteCall = ({ signer, target }: Order, host: string, path: string): Call => ({
  asked: 'delete apikey',
  as: target.self ? 'self' : 'managing',
  host,
  questionId: `self@${host}`,
  send: () => withBearer(bearerOf(signer), { method: 'DELETE', host, path }),
  read: (reply) => meaning(reply, target.self ? 'own-delete' : 'managed-delete'),
});

const probes = (order: Order, host: string, path: string): readonly Question[] => {
  const { signer, target } = order;
  const targetCredential = target.self ? signer : target.credential;
  const own = targetCredential
    ? [selfQuestion({ credential: targetCredential, host: hostOf(targetCredential.environment), keyId: target.keyId })]
    : [];
  return target.self ? own : [...own, lookup(order, host, path), keyListQuestion(order, host)];
};

const plan = (order: Order): Plan => {
  const { operation, signer, target } = order;
  if (!Object.hasOwn(OPERATIONS, operation))
    throw new Fault('refused/malformed', `Cannot do ${operation} at Requesty, wanted delete-key`);
  checkReach(order);
  const host = hostOf(signer.environment);
  const path = keyPath(MANAGE_KEY_PATH, target.keyId);
  return {
    ...(target.self ? {} : { signer: managerCheck(order, host) }),
    probes: probes(order, host, path),
    needsAll: !target.self,
    siblings: [],
    provable: true,
    call: deleteCall(order, host, path),
    proofGapMs: 2_000,
    // Nothing in a request says when it was made, so a late one is never refused; this is how long one is likely under way.
    landsWithinMs: 30_000,
    forecast: (facts) => forecast(target.self, facts),
    // What the end of a managing key takes from others is in the forecast, to be known before it comes to a call.
    afterwards: () => [],
  };
};

/** Requesty: a bearer without signature or clock, a body that may be empty, an id that the credential does not tell. */
export const requesty: Provider = {
  name: 'requesty',
  environments: ENVIRONMENTS,
  operations: OPERATIONS,
  credential,
  identify: (key) => selfQuestion({ credential: key, host: hostOf(key.environment), keyId: undefined }),
  plan,
};
