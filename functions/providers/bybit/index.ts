import * as z from 'zod';
import type { Facts, KeyRecord } from '../../core/answer.ts';
import { Fault } from '../../core/fault.ts';
import type { Call, Order, Plan } from '../../core/provider.ts';
import { provider } from '../provider.ts';
import { realmsOf } from '../realms.ts';
import { BybitKey, credential, Shape } from './credential.ts';
import { ENVIRONMENTS, FOR_APPLICATIONS } from './environments.ts';
import { afterwards, forecast, type Seen } from './forecast.ts';
import { meaning } from './meaning.ts';
import { BYBIT_OPERATIONS, type BybitOperation } from './operations.ts';
import {
  controlQuestion,
  elsewhere,
  inOtherRealms,
  masterCheck,
  probes,
  siblings,
  subAccountOf,
  whoseQuestion,
} from './questions.ts';
import { requestedUpdateOf, restriction } from './restriction.ts';
import { type BybitRecord, type BybitSettings, SETTINGS } from './settings.ts';
import { RECEIVE_WINDOW_MS, signForBybit } from './sign.ts';
import { UNCONFIRMED } from './unconfirmed.ts';
import { updateRefusal } from './update-refusal.ts';

const { hostOf, isSameRealm } = realmsOf(ENVIRONMENTS);

/** Bybit accepts a request up to a second past its window, by its own clock. */
const LANDS_WITHIN_MS = RECEIVE_WINDOW_MS + 1_000;

const callWith = (
  { signer, target }: Order,
  { path }: BybitOperation,
  fields: Readonly<Record<string, unknown>>,
): Call => {
  const host = hostOf(signer.environment);
  // A master must name the key. A sub key that names a key is refused, and without a name it deletes itself.
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

/** The production master of a demo key deletes the demo key. */
const isMasterOfDemo = (signer: string, target: string): boolean => isSameRealm(signer, 'mainnet') && target === 'demo';

const checkSigner = ({ signer }: Order): void => {
  if (signer.environment === 'demo')
    throw new Fault(
      'refused/wrong-signer',
      'Cannot sign with a demo key: sign with its production master key on mainnet',
    );
};

/** The target's own reply says that it belongs to another master. A demo account names none. */
const isForeign = ({ target, facts }: Order): boolean => {
  const { userID, parentUid } = facts;
  const isKnown = userID !== undefined && parentUid !== undefined && target.credential?.environment !== 'demo';
  return !target.self && isKnown && parentUid !== userID;
};

const callOf = (order: Order, operation: BybitOperation): Plan['call'] => {
  if (operation.kind === 'delete') return callWith(order, operation, {});
  if (order.settings === undefined)
    throw new Fault('refused/malformed', 'Cannot update without settings: give readOnly, permissions or ips');
  const { self } = order.target;
  const { egressAddresses } = order;
  const asked = requestedUpdateOf(operation.of, order.settings as BybitSettings);
  return restriction({
    asked,
    refusalOf: (records) => updateRefusal({ asked, self, egressAddresses, ...records }),
    call: (narrowed) => callWith(order, operation, { ...narrowed }),
  });
};

const plan = (order: Order, operation: BybitOperation): Plan => {
  const { target, facts } = order;
  const isLost =
    !target.self && !target.credential && facts['searched'] !== undefined && subAccountOf(order) === undefined;
  const seen = (known: Facts, record: KeyRecord | undefined): Seen => ({
    ...{ order, operation, isMaster: operation.of === 'master', facts: known },
    isLocated: subAccountOf(order) !== undefined,
    settings: order.settings as BybitSettings | undefined,
    record: record as BybitRecord | undefined,
  });
  return {
    ...(isForeign(order) ? { end: 'stuck/wrong-account' } : {}),
    ...(target.self ? {} : { signer: masterCheck(order), signerElsewhere: () => inOtherRealms(order.signer) }),
    probes: probes(order, operation),
    needsAll: false,
    siblings: siblings(order),
    elsewhere: elsewhere(order),
    provable: !isLost,
    call: callOf(order, operation),
    proofGapMs: 2_000,
    landsWithinMs: LANDS_WITHIN_MS,
    forecast: (known, record) => forecast(seen(known, record)),
    afterwards: (known, record) => afterwards(seen(known, record)),
  };
};

/** Bybit v5: HTTP 200 for refusals as well, one code per reason, HMAC or RSA signatures. */
export const bybit = provider({
  name: 'bybit',
  title: 'Bybit',
  manager: 'its master',
  docs: 'https://bybit-exchange.github.io/docs/v5/user/apikey-info',
  environments: ENVIRONMENTS,
  operations: BYBIT_OPERATIONS,
  keyForm: { field: 'apiKey', shape: BybitKey },
  locators: { subMemberId: z.string().regex(/^\d{1,20}$/, 'it must be a string of 1 to 20 digits') },
  // A demo account has its own id, which opens no list.
  locate: ({ subMemberId, targetUserID }) => {
    const account = subMemberId ?? targetUserID;
    return account === undefined ? {} : { subMemberId: account };
  },
  credentialShape: Shape,
  settings: SETTINGS,
  containment: {
    after: 'delete-sub-key',
    operation: 'update-sub-key',
    settings: (readOnly) => ({ permissions: {}, ...(readOnly ? { readOnly: 1 } : {}) }),
  },
  // https://bybit-exchange.github.io/docs/v5/guide
  refusedRegions: { 'us-': 'the United States', 'cn-': 'mainland China' },
  unconfirmed: UNCONFIRMED,
  hints: {
    [FOR_APPLICATIONS]: {
      'stuck/ip-not-allowed':
        'In eu Bybit serves only keys of third-party applications, and refuses every other key in this way, from every address. So delete the key in Bybit’s web console first',
    },
  },
  credential,
  checkSigner,
  isRelated: isMasterOfDemo,
  identify: whoseQuestion,
  control: controlQuestion,
  plan,
});
