import type { Call, Order, Question } from '../../core/provider.ts';
import { KeyUuid, keyPath } from '../key-uuid.ts';
import { provider } from '../provider.ts';
import { realmsOf } from '../realms.ts';
import { credential, Shape } from './credential.ts';
import { ENVIRONMENTS } from './environments.ts';
import { forecast } from './forecast.ts';
import { controlQuestion, keyListQuestion, lookup } from './managed.ts';
import { meaning } from './meaning.ts';
import { bearerOf, MANAGE_KEY_PATH, withBearer } from './request.ts';
import { managerCheck, selfQuestion } from './self.ts';

const { hostOf } = realmsOf(ENVIRONMENTS);

const deleteCall = ({ signer, target }: Order, host: string, path: string): Call => ({
  asked: 'delete apikey',
  as: target.self ? 'self' : 'managing',
  host,
  questionId: `self@${host}`,
  send: () => withBearer(bearerOf(signer), { method: 'DELETE', changes: true, host, path }),
  read: (reply) => meaning(reply, target.self ? 'own-call' : 'managed-call'),
});

const probes = (order: Order, host: string, path: string): readonly Question[] => {
  const { signer, target } = order;
  const targetCredential = target.self ? signer : target.credential;
  const own = targetCredential
    ? [selfQuestion({ credential: targetCredential, host: hostOf(targetCredential.environment), keyId: target.keyId })]
    : [];
  return target.self ? own : [...own, lookup(order, host, path), keyListQuestion(order, host)];
};

/** Requesty: a bearer without signature or clock, a body that may be empty, an id that the credential does not name. */
export const requesty = provider({
  name: 'requesty',
  title: 'Requesty',
  manager: 'another key of the organisation',
  docs: 'https://docs.requesty.ai/api-reference/endpoint/manage-api-key-get',
  environments: ENVIRONMENTS,
  operations: {
    'delete-key': {
      kind: 'delete',
      signers: ['self', 'managing'],
      needs: { self: 'permission `manage: write`', managing: 'permission `manage: write`' },
    },
  },
  keyForm: { field: 'apiKeyId', shape: KeyUuid },
  secretForms: [/rqsty-sk-/i],
  credentialShape: Shape,
  unconfirmed: [
    {
      what: 'Whether the host of `eu` exists, and whether `legacy` still answers.',
      weDo: 'Reaches them only where a credential says so.',
    },
    {
      what: 'Whether a delete of an absent id is refused, and how a deleted bearer is answered.',
      weDo: "Proves by lookup, list and the target's own bearer; compares with a bearer that was never issued.",
    },
  ],
  credential,
  identify: (key) => selfQuestion({ credential: key, host: hostOf(key.environment), keyId: undefined }),
  control: (key, target) => controlQuestion(key, hostOf(key.environment), target),
  plan: (order) => {
    const { signer, target } = order;
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
      // A request has no timestamp, so a late request is never refused. This is how long a request is probably on its way.
      landsWithinMs: 30_000,
      forecast: (facts) => forecast(target.self, facts),
      // The forecast already says what the end of a managing key means for other keys.
      afterwards: () => [],
    };
  },
});
