import { CANNED_PAGE } from '../canned-page.ts';
import type { Answer, Arrived, ProviderSide, Reply, View } from '../provider-side.ts';
import { authenticate } from './authenticate.ts';
import type { BybitKey } from './bybit-key.ts';
import { deleteMasterKey, deleteSubKey } from './delete-key.ts';
import type { Endpoint, SubMember } from './endpoint.ts';
import { envelope } from './envelope.ts';
import { BYBIT_WORLDS } from './hosts.ts';
import { createDoor, createLimiter } from './limits.ts';
import { listSubKeys, pageSubMembers, queryKey, querySubMembers } from './read-keys.ts';
import type { BybitUnconfirmed } from './unconfirmed.ts';
import { updateMasterKey, updateSubKey } from './update-key.ts';

const CLOCK = 'GET /v5/market/time';
const ENDPOINTS: Readonly<Record<string, Endpoint>> = {
  'POST /v5/user/delete-api': deleteMasterKey,
  'POST /v5/user/delete-sub-api': deleteSubKey,
  'POST /v5/user/update-api': updateMasterKey,
  'POST /v5/user/update-sub-api': updateSubKey,
  'GET /v5/user/query-api': queryKey,
  'GET /v5/user/sub-apikeys': listSubKeys,
  'GET /v5/user/query-sub-members': querySubMembers,
  'GET /v5/user/submembers': pageSubMembers,
};
const PATHS = new Set([CLOCK, ...Object.keys(ENDPOINTS)].map((name) => name.split(' ')[1]));

const TOO_FREQUENT: Reply = { status: 403, headers: { 'content-type': 'text/plain' }, body: 'access too frequent' };

/** What stands around the keys. It is read at each request, so a test can move the caller to another address. */
export interface BybitSurroundings {
  sourceAddress: string;
  readonly isLimited: boolean;
  readonly members: readonly SubMember[];
  readonly unconfirmed: BybitUnconfirmed;
}

const clock = (at: number): Reply =>
  envelope(at, 0, 'OK', { timeSecond: String(Math.floor(at / 1000)), timeNano: `${at}000000` });

const paramsOf = ({ method, query, body, header }: Arrived): Readonly<Record<string, unknown>> | undefined => {
  if (method === 'GET') return Object.fromEntries(new URLSearchParams(query));
  if (!header('content-type')?.startsWith('application/json')) return undefined;
  try {
    const parsed: unknown = JSON.parse(body.toString());
    return typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed) ? { ...parsed } : undefined;
  } catch {
    return undefined;
  }
};

const run = (
  endpoint: Endpoint,
  parts: { request: Arrived; signer: BybitKey; view: View<BybitKey>; around: BybitSurroundings },
) => {
  const { request, signer, view, around } = parts;
  const refuse = (code: number, detail?: string): Answer<BybitKey> => ({ reply: envelope(request.at, code, detail) });
  const params = paramsOf(request);
  if (!params) return refuse(10001);
  const { members, unconfirmed } = around;
  return endpoint.run({
    request,
    signer,
    view,
    members,
    unconfirmed,
    params,
    refuse,
    ok: (result, effect) => ({ reply: envelope(request.at, 0, '', result), ...(effect ? { effect } : {}) }),
  });
};

/** Bybit's rules, from the door inwards: address, route, signature, rate, endpoint. */
export const bybitSide = (around: BybitSurroundings): ProviderSide<BybitKey> => {
  const isLetIn = createDoor();
  const limit = createLimiter();
  return {
    worlds: BYBIT_WORLDS,
    signerOf: ({ header }) => header('x-bapi-api-key'),
    answer: (request, view) => {
      const { at, method, path, world } = request;
      if (around.isLimited && !isLetIn(around.sourceAddress, at)) return { reply: TOO_FREQUENT };
      if (!PATHS.has(path)) return { reply: CANNED_PAGE.notFound };
      if (`${method} ${path}` === CLOCK) return { reply: clock(at) };
      const endpoint = ENDPOINTS[`${method} ${path}`];
      if (!endpoint) return { reply: CANNED_PAGE.badRequest };
      const known = authenticate(request, view.keys, around.sourceAddress);
      if ('refusal' in known) return { reply: known.refusal };
      const { headers, isOver } = limit(`${world} ${known.signer.userID} ${path}`, endpoint.perSecond, at);
      if (around.isLimited && isOver) return { reply: withHeaders(envelope(at, 10006), headers) };
      const { reply, ...rest } = run(endpoint, { request, signer: known.signer, view, around });
      return { reply: withHeaders(reply, headers), ...rest };
    },
  };
};

const withHeaders = (reply: Reply, headers: Readonly<Record<string, string>>): Reply => ({
  ...reply,
  headers: { ...reply.headers, ...headers },
});
