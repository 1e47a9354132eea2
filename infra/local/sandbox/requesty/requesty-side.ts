import type { Answer, Arrived, ProviderSide, Reply, View } from '../provider-side.ts';
import { uuidIn } from '../uuid.ts';
import type { Access, RequestyKey, RequestyUnconfirmed } from './requesty-key.ts';

/** Host to world. */
const WORLDS: Readonly<Record<string, string>> = {
  'api-v2.requesty.ai': 'prod',
  'api.requesty.ai': 'prod',
  'api-v2.eu.requesty.ai': 'eu',
};

const COLLECTION = '/v1/manage/apikey';
const json = (status: number, body: unknown): Reply => ({
  status,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
});
const error = (status: number, message: string) => ({ reply: json(status, { error: { origin: 'router', message } }) });
const denied = (needed: Access) => error(403, `manage ${needed} permission required`);
const ROUTE_UNKNOWN: Reply = { status: 404, headers: { 'content-type': 'text/plain' }, body: '404 page not found\n' };
const METHOD_UNKNOWN: Reply = { status: 405, headers: { 'content-type': 'text/plain' }, body: 'Method Not Allowed\n' };

interface Call {
  readonly signer: RequestyKey;
  readonly view: View<RequestyKey>;
  readonly unconfirmed: RequestyUnconfirmed;
}

const bearerIn = ({ header }: Arrived): string | undefined => /^Bearer (\S+)$/.exec(header('authorization') ?? '')?.[1];

const signerIn = (request: Arrived, keys: readonly RequestyKey[]): RequestyKey | undefined => {
  const bearer = bearerIn(request);
  return keys.find(({ world, secret }) => world === request.world && secret === bearer);
};

const listed = ({ keyId: id, name, permissions }: RequestyKey) => ({
  id,
  name,
  monthly_limit: '50.00',
  monthly_spend: '0',
  permissions,
  labels: {},
});

const single = ({ keyId: id, name, permissions }: RequestyKey) => ({
  id,
  name,
  logging: true,
  monthly_limit: 50,
  monthly_spend: '0',
  permissions,
});

const ownedBy = ({ world, organisation }: RequestyKey, keys: readonly RequestyKey[]) =>
  keys.filter((key) => key.world === world && key.organisation === organisation);

const listKeys = ({ signer, view }: Call): Answer<RequestyKey> => {
  if (signer.permissions.manage === 'none') return denied('read');
  return { reply: json(200, { keys: view.rows(ownedBy(signer, view.keys).map(listed)) }) };
};

const readKey = ({ signer, view }: Call, segment: string): Answer<RequestyKey> => {
  const id = segment === 'self' ? signer.keyId : uuidIn(segment);
  if (!id) return error(400, 'invalid api key id');
  if (id !== signer.keyId && signer.permissions.manage === 'none') return denied('read');
  const key = ownedBy(signer, view.keys).find(({ keyId }) => keyId === id);
  return key ? { reply: json(200, single(key)) } : error(404, 'api key not found');
};

const DONE = {
  204: { status: 204, body: '' },
  200: { status: 200, headers: { 'content-type': 'text/plain' }, body: 'API key deleted successfully' },
} as const;

const deleteKey = ({ signer, view, unconfirmed }: Call, segment: string): Answer<RequestyKey> => {
  const { deletedStatus, absentStatus, maySelfDelete, selfInDelete } = unconfirmed;
  const id = segment === 'self' && selfInDelete === 'deletes' ? signer.keyId : uuidIn(segment);
  if (signer.permissions.manage !== 'write') return denied('write');
  if (!id) return error(400, 'invalid api key id');
  if (id === signer.keyId && !maySelfDelete) return error(403, 'an api key cannot delete itself');
  const key = ownedBy(signer, view.keys).find(({ keyId }) => keyId === id);
  if (!key) return absentStatus === 404 ? error(404, 'api key not found') : { reply: DONE[204] };
  return { reply: DONE[deletedStatus], effect: { kind: 'deleted', key: { ...key, alive: false } } };
};

const ON_ONE: Readonly<Record<string, typeof readKey>> = { GET: readKey, DELETE: deleteKey };

/** The path's segment behind the collection: `undefined` for the collection itself, '' for a blank one. */
const segmentIn = (path: string): string | undefined => {
  const raw = path.slice(COLLECTION.length + 1);
  try {
    return path === COLLECTION ? undefined : decodeURIComponent(raw);
  } catch {
    return raw;
  }
};

/** Requesty's rules for keys (docs.requesty.ai, key management). */
export const requestySide = (unconfirmed: RequestyUnconfirmed): ProviderSide<RequestyKey> => ({
  worlds: WORLDS,
  signerOf: (request, keys) => signerIn(request, keys)?.keyId,
  answer: (request, view) => {
    const { path, method } = request;
    const isKnown = path === COLLECTION || new RegExp(`^${COLLECTION}/[^/]*$`).test(path);
    if (!isKnown) return { reply: ROUTE_UNKNOWN };
    if (bearerIn(request) === undefined) return error(401, 'missing Authorization header');
    const signer = signerIn(request, view.keys);
    if (!signer || signer.isExpired) return error(unconfirmed.badTokenStatus, 'Invalid authorization token');
    const call = { signer, view, unconfirmed };
    const segment = segmentIn(path);
    if (segment) return ON_ONE[method]?.(call, segment) ?? { reply: METHOD_UNKNOWN };
    return method === 'GET' && segment === undefined ? listKeys(call) : { reply: METHOD_UNKNOWN };
  },
});
