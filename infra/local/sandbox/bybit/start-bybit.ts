import { createPublicKey } from 'node:crypto';
import { createKeyStore } from '../key-store.ts';
import { serveProvider } from '../serve-provider.ts';
import { type BybitKey, withNewExpiry } from './bybit-key.ts';
import type { BybitOptions, BybitSandbox, BybitSeed, SubMemberSeed } from './bybit-sandbox.ts';
import { type BybitSurroundings, bybitSide } from './bybit-side.ts';
import type { SubMember } from './endpoint.ts';
import { BYBIT_UNCONFIRMED } from './unconfirmed.ts';

const MASTER_DEFAULT = {
  ContractTrade: ['Order', 'Position'],
  Spot: ['SpotTrade'],
  Wallet: ['AccountTransfer', 'SubMemberTransfer'],
  Options: ['OptionsTrade'],
  Exchange: ['ExchangeHistory'],
};
const SUB_DEFAULT = { ...MASTER_DEFAULT, Wallet: ['AccountTransfer', 'SubMemberTransferList'] };

/** @throws {Error} where the text is no public key, now and not when a signature is looked at. */
const checkedPem = (pem: string): string => createPublicKey(pem).export({ type: 'spki', format: 'pem' }).toString();

const verifierOf = ({ apiKey, apiSecret, publicKey }: BybitSeed): BybitKey['verifier'] => {
  if (apiSecret !== undefined && publicKey === undefined) return { hmac: apiSecret };
  if (publicKey !== undefined && apiSecret === undefined) return { rsa: checkedPem(publicKey) };
  throw new Error(`Cannot add key ${apiKey}, wanted either apiSecret or publicKey`);
};

/** Starts Bybit's side of all its environments. */
export const startBybit = async (options: BybitOptions = {}): Promise<BybitSandbox> => {
  const { now = Date.now, isLimited = true, sourceAddress = '127.0.0.1' } = options;
  const store = createKeyStore<BybitKey>(now);
  const members: SubMember[] = [];
  const around: BybitSurroundings = {
    sourceAddress,
    isLimited,
    members,
    unconfirmed: { ...BYBIT_UNCONFIRMED, ...options.unconfirmed },
  };
  const sandbox = await serveProvider(bybitSide(around), store, options);
  let lastId = 10_000_000;
  let lastUid = 200_000_000;

  const add = (world: string, seed: BybitSeed, account: Pick<BybitKey, 'userID' | 'isMaster' | 'parentUid'>): void => {
    const { apiKey, readOnly = 0, ips = ['*'], note = '', type = 1, expired = false } = seed;
    const permissions = seed.permissions ?? (account.isMaster ? MASTER_DEFAULT : SUB_DEFAULT);
    const shown = { readOnly, ips, note, type, permissions, verifier: verifierOf(seed), createdAt: now() };
    const key = withNewExpiry({ world, keyId: apiKey, alive: true, id: ++lastId, ...shown, ...account }, now());
    store.add(expired ? { ...key, expiresAt: now() - 86_400_000 } : key);
  };

  const uidOf = (world: string, parent: number | string): number => {
    if (typeof parent === 'number') return parent;
    return store.get(world === 'demo' ? 'mainnet' : world, parent).userID;
  };

  const addSubMember = (world: string, { parent, subMemberId }: SubMemberSeed): void => {
    const uid = Number(subMemberId);
    if (members.some((member) => member.world === world && member.uid === uid)) return;
    members.push({ world, uid, parentUid: String(uidOf(world, parent)), username: `sub${uid}` });
    members.sort((a, b) => a.uid - b.uid);
  };

  const change = (world: string, keyId: string, by: (key: BybitKey) => BybitKey): void =>
    store.replace(by(store.get(world, keyId)));

  return {
    ...sandbox,
    addMaster: (world, seed) => {
      const userID = seed.userID ?? ++lastUid;
      add(world, seed, { userID, isMaster: true, parentUid: '0' });
      return userID;
    },
    addSub: (world, seed) => {
      addSubMember(world, seed);
      const parentUid = String(uidOf(world, seed.parent));
      add(world, seed, { userID: Number(seed.subMemberId), isMaster: false, parentUid });
    },
    addSubMember,
    key: (world, keyId) => {
      sandbox.applied();
      const { verifier: _secret, ...shown } = store.get(world, keyId);
      return shown;
    },
    remove: (world, keyId) => change(world, keyId, (key) => ({ ...key, alive: false })),
    revive: (world, keyId) => change(world, keyId, (key) => ({ ...key, alive: true })),
    expire: (world, keyId) => change(world, keyId, (key) => ({ ...key, expiresAt: now() })),
    renew: (world, keyId) => change(world, keyId, (key) => withNewExpiry(key, now())),
    patch: (world, keyId, settings) =>
      change(world, keyId, (key) => {
        const next = { ...key, ...settings };
        return settings.ips ? withNewExpiry(next, now()) : next;
      }),
    moveTo: (address) => {
      around.sourceAddress = address;
    },
  };
};
