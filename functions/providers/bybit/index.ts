import { Fault } from '../../core/fault.ts';
import type { Call, Order, Plan, Provider } from '../../core/provider.ts';
import { realmsOf } from '../realms.ts';
import { credential } from './credential.ts';
import { ENVIRONMENTS } from './environments.ts';
import { afterwards, forecast } from './forecast.ts';
import { meaning } from './meaning.ts';
import { BYBIT_OPERATIONS, type BybitOperation } from './operations.ts';
import { masterCheck, probes, siblings, subAccountOf } from './questions.ts';
import { requestedUpdateOf, restriction } from './restriction.ts';
import { RECEIVE_WINDOW_MS, signForBybit } from './sign.ts';
import { updateRefusal } from './update-refusal.ts';

const { hostOf, isSameRealm, checkReach } = realmsOf(ENVIRONMENTS);

/** A request is taken up to a second past its window, by the provider's clock. */
const LANDS_WITHIN_MS = RECEIVE_WINDOW_MS + 1_000;

const callWith = (
  { signer, target }: Order,
  { path }: BybitOperation,
  fields: Readonly<Record<string, unknown>>,
): Call => {
  const host = hostOf(signer.environment);
  // A master must name the key; a sub key that names one is refused, and one without a name is deleted itself.
  const body = JSON.stringify(target.self ? fields : { apikey: target.keyId, ...fields });
  return {
    asked: path.slice(path.lastIndexOf('/') + 1),
    as: target.self ? 'self' : 'managing',
    host,
    questionId: `self@${host}`,
    send: (now) => signForBybit(signer, { host, path, body }, now),
    read: (reply) => meaning(reply, target.self ? 'own-call' : 'managed-call'),
  };
};

/** A demo key is deleted by its production master. */
const isMasterOfDemo = (signer: string, target: string): boolean => isSameRealm(signer, 'mainnet') && target === 'demo';

const operationOf = (order: Order): BybitOperation => {
  const { operation, signer, target } = order;
  const found = Object.hasOwn(BYBIT_OPERATIONS, operation) ? BYBIT_OPERATIONS[operation] : undefined;
  if (found === undefined)
    throw new Fault(
      'refused/malformed',
      `Cannot do ${operation} at Bybit, wanted ${Object.keys(BYBIT_OPERATIONS).join(', ')}`,
    );
  if (!target.self && !found.managed)
    throw new Fault(
      'refused/target-mismatch',
      `Cannot ${operation} with another key, wanted the target to sign for itself`,
    );
  if (signer.environment === 'demo')
    throw new Fault('refused/wrong-signer', 'Cannot sign with a demo key, wanted its production master on mainnet');
  checkReach(order, isMasterOfDemo);
  return found;
};

/** The target's own word is that it belongs to somebody else's master. A demo account names none. */
const isForeign = ({ target, facts }: Order): boolean => {
  const { userID, parentUid } = facts;
  const isKnown = userID !== undefined && parentUid !== undefined && target.credential?.environment !== 'demo';
  return !target.self && isKnown && parentUid !== userID;
};

const callOf = (order: Order, operation: BybitOperation): Plan['call'] => {
  if (operation.kind === 'delete') return callWith(order, operation, {});
  if (order.settings === undefined)
    throw new Fault('refused/malformed', 'Cannot update without settings, wanted readOnly, permissions or ips');
  const { self } = order.target;
  const { egressAddresses } = order;
  const asked = requestedUpdateOf(operation.of, order.settings);
  return restriction({
    asked,
    refusalOf: (records) => updateRefusal({ asked, self, egressAddresses, ...records }),
    call: (narrowed) => callWith(order, operation, { ...narrowed }),
  });
};

const plan = (order: Order): Plan => {
  const operation = operationOf(order);
  const { target, facts } = order;
  const isMaster = operation.of === 'master';
  const isLost =
    !target.self && !target.credential && facts['searched'] !== undefined && subAccountOf(order) === undefined;
  return {
    ...(isForeign(order) ? { end: 'stuck/wrong-account' } : {}),
    ...(target.self ? {} : { signer: masterCheck(order) }),
    probes: probes(order, operation),
    needsAll: false,
    siblings: siblings(order),
    provable: !isLost,
    call: callOf(order, operation),
    proofGapMs: 2_000,
    landsWithinMs: LANDS_WITHIN_MS,
    forecast: (known, record) => forecast({ order, isMaster, facts: known, record }),
    afterwards: (known, record) => afterwards({ order, isMaster, facts: known, record }),
  };
};

/** Bybit v5: HTTP 200 for refusals as well, one code per reason, HMAC or RSA signatures. */
export const bybit: Provider = {
  name: 'bybit',
  environments: ENVIRONMENTS,
  operations: BYBIT_OPERATIONS,
  credential,
  plan,
};
