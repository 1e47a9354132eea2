import type { Call, Credential, Order, Plan, Question } from '../../core/provider.ts';
import { KeyUuid, keyPath } from '../key-uuid.ts';
import { provider } from '../provider.ts';
import { realmsOf } from '../realms.ts';
import { credential, Shape } from './credential.ts';
import { ENVIRONMENTS, KALSHI_SIBLINGS } from './environments.ts';
import { AFTERWARDS, forecast } from './forecast.ts';
import { API_KEYS_PATH, controlQuestion, keyListQuestionId, managersQuestion, ownListQuestion } from './key-list.ts';
import { meaning } from './meaning.ts';
import { signForKalshi } from './sign.ts';

const { hostOf, isSameRealm } = realmsOf(ENVIRONMENTS);

const deleteCall = ({ signer, target }: Order): Call => {
  const host = hostOf(signer.environment);
  const path = keyPath(API_KEYS_PATH, target.keyId);
  return {
    asked: 'delete api_key',
    as: target.self ? 'self' : 'managing',
    host,
    questionId: target.self ? `self@${host}` : keyListQuestionId(signer.keyId, host),
    send: (now) => signForKalshi(signer, { method: 'DELETE', changes: true, host, path }, now),
    read: (reply) => meaning(reply, target.self ? 'own-call' : 'managed-call'),
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

/** The key's own question in the other environment. The secret itself is not sent. */
const inOther = (credential: Credential | undefined): Plan['siblings'] =>
  credential === undefined
    ? []
    : KALSHI_SIBLINGS.filter((name) => !isSameRealm(name, credential.environment)).map((name) => [
        name,
        ownListQuestion(credential, hostOf(name), false),
      ]);

const SCOPE = 'likely the scope `write` (not documented), and no restriction to a sub account';

/** Kalshi: statuses and codes in JSON, RSA-PSS or Ed25519 signatures, no way to restrict a key. */
export const kalshi = provider({
  name: 'kalshi',
  title: 'Kalshi',
  manager: 'another key of the same user',
  docs: 'https://docs.kalshi.com/getting_started/api_keys',
  environments: ENVIRONMENTS,
  operations: {
    'delete-key': {
      kind: 'delete',
      signers: ['self', 'managing'],
      needs: { self: SCOPE, managing: SCOPE },
    },
  },
  keyForm: { field: 'apiKeyId', shape: KeyUuid },
  credentialShape: Shape,
  unconfirmed: [
    {
      what: 'Which scope a delete needs, and whether a key may delete itself.',
      weDo: 'Calls, and reports what Kalshi says.',
    },
    { what: 'How far a clock may be off.', weDo: 'Calls a refusal for the clock `retry/clock-skew`.' },
  ],
  credential,
  control: (key, target) => controlQuestion(key, hostOf(key.environment), target),
  plan: (order) => ({
    probes: probes(order),
    needsAll: false,
    siblings: order.target.self ? inOther(order.signer) : [],
    elsewhere: order.target.self ? [] : inOther(order.target.credential),
    ...(order.target.self ? {} : { signerElsewhere: () => inOther(order.signer) }),
    provable: true,
    call: deleteCall(order),
    proofGapMs: 2_000,
    // No tolerance is documented. A timestamp of half a minute ago was refused, and one of ten seconds ago was accepted.
    landsWithinMs: 30_000,
    forecast,
    afterwards: () => AFTERWARDS,
  }),
});
