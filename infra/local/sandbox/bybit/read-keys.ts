import { type BybitKey, deadlineDay, statusOf } from './bybit-key.ts';
import type { Call, Endpoint, SubMember } from './endpoint.ts';
import { managedWorlds } from './hosts.ts';
import { shownPermissions } from './permissions.ts';

/** As Bybit writes a date: seconds, UTC; the epoch for "never". */
const dated = (at = 0) => `${new Date(at).toISOString().slice(0, 19)}Z`;

const seenByAll = (key: BybitKey, at: number) => ({
  id: String(key.id),
  note: key.note,
  apiKey: key.keyId,
  type: key.type,
  deadlineDay: deadlineDay(key, at),
  expiredAt: dated(key.expiresAt),
  createdAt: dated(key.createdAt),
});

/** The record of the key that signs, of any kind and permission (docs/v5/user/apikey-info). */
export const queryKey: Endpoint = {
  perSecond: 10,
  run: ({ signer, request, unconfirmed, ok }) => {
    const isMaster = signer.isMaster || (signer.world === 'demo' && unconfirmed.isDemoShownAsMaster);
    return ok({
      ...seenByAll(signer, request.at),
      readOnly: signer.readOnly,
      secret: '',
      permissions: shownPermissions(signer.permissions),
      ips: signer.ips,
      unified: 0,
      uta: 1,
      userID: signer.userID,
      inviterID: 0,
      vipLevel: 'No VIP',
      mktMakerLevel: '0',
      affiliateID: 0,
      rsaPublicKey: 'rsa' in signer.verifier ? signer.verifier.rsa : '',
      isMaster,
      parentUid: isMaster ? '0' : signer.parentUid,
      kycLevel: 'LEVEL_DEFAULT',
      kycRegion: '',
    });
  },
};

const row = (key: BybitKey, { request, unconfirmed }: Call) => ({
  ...seenByAll(key, request.at),
  ...(unconfirmed.areRowsBare ? {} : { ips: key.ips, permissions: shownPermissions(key.permissions) }),
  status: statusOf(key, request.at),
  secret: '******',
  readOnly: (key.readOnly === 1) === (unconfirmed.rowReadOnlyMeans === 'readable-only'),
  flag: 'hmac' in key.verifier ? 'hmac' : 'rsa',
});

const countIn = (value: unknown, cap: number): number | undefined => {
  if (value === undefined) return cap;
  const count = /^\d+$/.test(String(value)) ? Number(value) : 0;
  return count >= 1 && count <= cap ? count : undefined;
};

/** The keys of one sub account, by its master; pages by the internal id (docs/v5/user/list-sub-apikeys). */
export const listSubKeys: Endpoint = {
  perSecond: 10,
  run: (call) => {
    const { signer, view, members, params, unconfirmed, ok, refuse } = call;
    const limit = countIn(params['limit'], 20);
    if (!signer.isMaster) return refuse(10005);
    if (!params['subMemberId'] || limit === undefined) return refuse(10001);
    const worlds = unconfirmed.isDemoListed ? managedWorlds(signer.world) : [signer.world];
    const sub = members.find(({ world, uid }) => worlds.includes(world) && String(uid) === params['subMemberId']);
    if (!sub) return refuse(unconfirmed.unknownSub);
    if (sub.parentUid !== String(signer.userID)) return refuse(unconfirmed.foreignSub);
    const from = Number(Buffer.from(String(params['cursor'] ?? ''), 'base64url').toString());
    const ahead = view.keys.filter((key) => key.world === sub.world && key.userID === sub.uid && key.id > from);
    const page = ahead.slice(0, limit);
    const last = ahead.length > limit ? Buffer.from(String(page.at(-1)?.id)).toString('base64url') : '';
    return ok({ result: view.rows(page.map((key) => row(key, call))), nextPageCursor: last });
  },
};

const shownMember = ({ uid, username }: SubMember) => ({
  uid: String(uid),
  username,
  memberType: 1,
  status: 1,
  remark: '',
  accountMode: 5,
});

const membersOf = ({ signer, members }: Call) =>
  members.filter(({ world, parentUid }) => world === signer.world && parentUid === String(signer.userID));

/** All sub accounts of a master, in one reply (docs/v5/user/subuid-list). */
export const querySubMembers: Endpoint = {
  perSecond: 10,
  run: (call) =>
    call.signer.isMaster
      ? call.ok({ subMembers: call.view.rows(membersOf(call).map(shownMember)) })
      : call.refuse(10005),
};

/** The sub accounts of a master by pages; the cursor `"0"` is the end (docs/v5/user/page-subuid). */
export const pageSubMembers: Endpoint = {
  perSecond: 10,
  run: (call) => {
    const size = countIn(call.params['pageSize'], 100);
    if (!call.signer.isMaster) return call.refuse(10005);
    if (size === undefined) return call.refuse(10001);
    const ahead = membersOf(call).filter(({ uid }) => uid > Number(call.params['nextCursor'] ?? 0));
    const page = ahead.slice(0, size);
    const nextCursor = ahead.length > size ? String(page.at(-1)?.uid) : '0';
    return call.ok({ subMembers: call.view.rows(page.map(shownMember)), nextCursor });
  },
};
