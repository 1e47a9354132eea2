import { CANNED_PAGE } from '../canned-page.ts';
import type { Answer, ProviderSide, View } from '../provider-side.ts';
import { createTokenBucket } from '../rate-limit.ts';
import { uuidIn } from '../uuid.ts';
import { authenticate } from './authenticate.ts';
import type { KalshiKey, KalshiUnconfirmed } from './kalshi-key.ts';
import { flatError, kalshiJson, nestedError, TOO_MANY } from './kalshi-reply.ts';

/** Host to world; both hosts of an environment are one (docs.kalshi.com/getting_started/api_environments). */
const WORLDS: Readonly<Record<string, string>> = {
  'external-api.kalshi.com': 'prod',
  'api.elections.kalshi.com': 'prod',
  'external-api.demo.kalshi.co': 'demo',
  'demo-api.kalshi.co': 'demo',
};

/** The basic tier: so many tokens a second for reads, a key's deletion among them, at this cost each. */
const READ_TOKENS = 200;
const COST = 10;

const BASE = '/trade-api/v2';
const ONE_KEY = new RegExp(`^${BASE}/api_keys/([^/]+)$`);

interface Call {
  readonly signer: KalshiKey;
  readonly view: View<KalshiKey>;
  readonly unconfirmed: KalshiUnconfirmed;
  readonly error: (status: number, code: string) => Answer<KalshiKey>;
}

const shown = ({ keyId, name, scopes, subaccount, fcmSubtraderId }: KalshiKey) => ({
  api_key_id: keyId,
  name,
  scopes,
  ...(subaccount === undefined ? {} : { subaccount }),
  ...(fcmSubtraderId === undefined ? {} : { fcm_subtrader_id: fcmSubtraderId }),
});

const ownedBy = (signer: KalshiKey, keys: readonly KalshiKey[]) =>
  keys.filter(({ world, userId }) => world === signer.world && userId === signer.userId);

const listKeys = ({ signer, view }: Call, query: string): Answer<KalshiKey> => {
  if (signer.subaccount !== undefined)
    return { reply: nestedError(401, 'authentication_error', 'SUBACCOUNT_RESTRICTED') };
  const trader = new URLSearchParams(query).get('fcm_subtrader_id');
  const own = ownedBy(signer, view.keys).filter((key) => trader === null || key.fcmSubtraderId === trader);
  const { regionExpirationTs: lapses } = signer;
  const rows = view.rows(own.map(shown));
  return {
    reply: kalshiJson(200, {
      api_keys: rows,
      ...(lapses === undefined ? {} : { api_key_region_expiration_ts: lapses }),
    }),
  };
};

const mayDelete = ({ signer, unconfirmed }: Call, keyId: string | undefined): boolean =>
  signer.scopes.includes('write') &&
  (signer.subaccount === undefined || unconfirmed.mayRestrictedDelete) &&
  (signer.keyId !== keyId || unconfirmed.maySelfDelete);

const deleteKey = (call: Call, segment: string): Answer<KalshiKey> => {
  const keyId = uuidIn(segment);
  if (!mayDelete(call, keyId)) return { reply: nestedError(call.unconfirmed.deniedStatus, 'insufficient_scope') };
  if (!keyId) return call.error(400, 'invalid_api_key_id');
  const key = ownedBy(call.signer, call.view.keys).find((own) => own.keyId === keyId);
  if (!key) return call.error(404, 'not_found');
  return { reply: { status: 204, body: '' }, effect: { kind: 'deleted', key: { ...key, alive: false } } };
};

const decoded = (segment: string): string => {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
};

/** Kalshi's rules for keys: read and deleted, nothing in between. */
export const kalshiSide = (unconfirmed: KalshiUnconfirmed, isLimited: boolean): ProviderSide<KalshiKey> => {
  const take = createTokenBucket(READ_TOKENS);
  const error = (status: number, code: string): Answer<KalshiKey> => ({
    reply: unconfirmed.errorShape === 'flat' ? flatError(status, code) : nestedError(status, code),
  });
  return {
    worlds: WORLDS,
    signerOf: ({ header }) => header('kalshi-access-key'),
    answer: (request, view) => {
      const { method, path, query, at, world } = request;
      const route = `${method} ${path}`;
      if (route === `GET ${BASE}/exchange/status`) {
        return { reply: kalshiJson(200, { exchange_active: true, trading_active: true }) };
      }
      const segment = method === 'DELETE' ? ONE_KEY.exec(path)?.[1] : undefined;
      if (route !== `GET ${BASE}/api_keys` && segment === undefined) return { reply: CANNED_PAGE.notFound };
      const known = authenticate(request, view.keys, unconfirmed.toleranceMs);
      if ('refusal' in known) return { reply: known.refusal };
      const { signer } = known;
      if (isLimited && !take(`${world} ${signer.userId}`, COST, at)) return { reply: TOO_MANY };
      if (signer.fcmSubtraderId !== undefined)
        return { reply: nestedError(unconfirmed.deniedStatus, 'fcm_key_not_allowed') };
      const call = { signer, view, unconfirmed, error };
      return segment === undefined ? listKeys(call, query) : deleteKey(call, decoded(segment));
    },
  };
};
