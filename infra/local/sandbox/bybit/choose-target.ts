import type { BybitKey } from './bybit-key.ts';
import type { Call } from './endpoint.ts';
import { managedWorlds } from './hosts.ts';
import { mayManage } from './permissions.ts';

type Chosen = { readonly target: BybitKey } | { readonly code: number };

/** Who may change keys at all: demo keys cannot, nor a key without a transfer permission. */
const codeForSigner = ({ signer, unconfirmed }: Call): number => {
  if (signer.world === 'demo') return 10032;
  return mayManage(signer) && (signer.readOnly === 0 || unconfirmed.mayReadOnlyManage) ? 0 : 10005;
};

const subKeyOfMaster = ({ signer, view, unconfirmed }: Call, apiKey: unknown): Chosen => {
  if (typeof apiKey !== 'string' || apiKey === '') return { code: unconfirmed.apikeyRule };
  const worlds = managedWorlds(signer.world);
  const target = view.keys.find((key) => key.keyId === apiKey && worlds.includes(key.world) && !key.isMaster);
  if (!target) return { code: unconfirmed.unknownKey };
  return target.parentUid === String(signer.userID) ? { target } : { code: unconfirmed.foreignSub };
};

/** The key that `delete-api` and `update-api` change: the master key that signs. */
export const chooseMaster = (call: Call): Chosen => {
  const code = codeForSigner(call);
  if (code !== 0) return { code };
  return call.signer.isMaster ? { target: call.signer } : { code: 10005 };
};

/**
 * The key that the `-sub-api` endpoints change: for a master the sub key in `apikey`, for a sub key itself, and then
 * `apikey` must be absent; fields of any other name are not looked at.
 */
export const chooseSub = (call: Call): Chosen => {
  const { signer, params, unconfirmed } = call;
  const code = codeForSigner(call);
  if (code !== 0) return { code };
  if (signer.isMaster) return subKeyOfMaster(call, params['apikey']);
  const isBare = params['apikey'] === undefined || params['apikey'] === null || params['apikey'] === '';
  return isBare ? { target: signer } : { code: unconfirmed.apikeyRule };
};
