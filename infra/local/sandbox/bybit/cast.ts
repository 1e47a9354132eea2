import type { Account, Cast, DocumentedRate, Kind, Member, SpecialPart, StoryPart } from '../cast.ts';
import { rsaPair, rsaPairPkcs1 } from '../key-pairs.ts';
import type { BybitSandbox } from './bybit-sandbox.ts';
import { samples } from './samples.ts';

const WORLD = 'mainnet';
const NO_TRANSFER = { permissions: { Spot: ['SpotTrade'] } };

/** Ends differ from account to account: receipts show the end of an identifier. */
const numbered = (account: number, n: number): string => `${n}${String(account).padStart(4, '0')}`;

/** By its length the secret could be the identifier. */
const LIKE_A_KEY = 'HMAC, secret like a key';

/** @returns what the provider keeps of a key, and what the key's owner keeps */
const material = (apiKey: string, signing: string) => {
  const hmac = { apiSecret: signing === LIKE_A_KEY ? `of-${apiKey}` : `hmac-of-${apiKey}-0123456789` };
  if (signing.startsWith('HMAC')) return { verifier: hmac, own: hmac };
  const { publicKey, privateKey } = signing === 'RSA PKCS#1' ? rsaPairPkcs1() : rsaPair();
  return { verifier: { publicKey }, own: { privateKey } };
};

const memberOf = (apiKey: string, { world = WORLD, signing = 'HMAC' }: Kind, subMemberId?: string): Member => ({
  keyId: apiKey,
  world,
  credential: { apiKey, ...material(apiKey, signing).own, ...(world === WORLD ? {} : { environment: world }) },
  named: { apiKey },
  located: { apiKey, ...(subMemberId === undefined ? {} : { subMemberId }) },
});

const account = (sandbox: BybitSandbox, number: number): Account => {
  const userID = 300_000_000 + number;
  const subMemberOf = ({ group = 0 }: Kind): string => String(100_400_345 + number * 1_000 + group);
  const seedOf = (apiKey: string, { signing = 'HMAC', lacks = false }: Kind) => ({
    apiKey,
    ...material(apiKey, signing).verifier,
    ...(lacks ? NO_TRANSFER : {}),
  });
  return {
    managing: (n, kind = {}) => {
      const apiKey = `MASTERexample${numbered(number, n)}`;
      sandbox.addMaster(WORLD, { ...seedOf(apiKey, kind), userID });
      return memberOf(apiKey, { ...kind, world: WORLD });
    },
    key: (n, kind = {}) => {
      const apiKey = `SUBKEYexample${numbered(number, n)}`;
      const subMemberId = subMemberOf(kind);
      sandbox.addSub(kind.world ?? WORLD, { ...seedOf(apiKey, kind), parent: userID, subMemberId });
      return memberOf(apiKey, kind, subMemberId);
    },
    nobody: (n) => ({ apiKey: `NOBODYexample${numbered(number, n)}`, subMemberId: subMemberOf({}) }),
  };
};

const HMAC = { special: 'HMAC', kind: { signing: 'HMAC' } } as const;
const RSA = { special: 'RSA', kind: { signing: 'RSA' } } as const;
const self = (operation: string) => ({ operation, by: 'self', target: 'self' }) as const;
const master = (operation: string) => ({ operation, by: 'managing', target: 'located' }) as const;
const BY_MASTER = { operation: 'delete-sub-key', by: 'managing' } as const;

const special: readonly SpecialPart[] = [
  { ...self('delete-master-key'), ...RSA, isCostly: true },
  { ...self('delete-master-key'), special: LIKE_A_KEY, kind: { signing: LIKE_A_KEY } },
  { ...BY_MASTER, target: 'secret', special: 'with its secret like a key', kind: { signing: LIKE_A_KEY } },
  // Twenty keys are listed at a time. A page that lost its first row hides the key from the only look before the call.
  { ...BY_MASTER, target: 'located', special: 'on a second page', before: 20, orElse: ['stuck/unproven'] },
  // Found by nothing but a search, a key that is gone in an instant may never have been seen.
  {
    ...BY_MASTER,
    target: 'named',
    special: 'account not named',
    endsUrgent: 'stuck/unproven',
    orElse: ['stuck/unproven', 'stuck/not-recognised'],
  },
  { ...BY_MASTER, target: 'secret', called: 'of a demo account', kind: { world: 'demo' } },
];

const story: readonly StoryPart[] = [
  { ...self('delete-master-key'), ...HMAC },
  { ...self('delete-master-key'), ...RSA },
  { ...self('delete-master-key'), special: 'HMAC, trade-only', kind: { lacks: true } },
  { ...self('delete-sub-key'), ...HMAC },
  { ...self('delete-sub-key'), ...RSA },
  { ...master('delete-sub-key'), ...HMAC },
  // The master's list is a witness. Without one, a lost reply takes an hour: longer than anybody watches a story.
  { ...master('delete-sub-key'), ...RSA, special: 'RSA, reply lost', isReplyLost: true },
  { ...self('update-master-key'), ...HMAC },
  { ...self('update-sub-key'), ...RSA },
  { ...master('update-sub-key'), ...HMAC },
];

const perEndpoint =
  (paths: RegExp): DocumentedRate['name'] =>
  ({ path }, holder) => {
    const endpoint = paths.exec(path)?.[1];
    return endpoint && `${holder} ${endpoint}`;
  };

const rates: readonly DocumentedRate[] = [
  { of: 'address', most: 600, perMs: 5_000, name: () => 'address' },
  {
    of: 'account and call',
    most: 5,
    perMs: 1_000,
    name: perEndpoint(/^\/v5\/user\/(delete-api|delete-sub-api|update-api|update-sub-api)$/),
  },
  {
    of: 'account and read',
    most: 10,
    perMs: 1_000,
    name: perEndpoint(/^\/v5\/user\/(query-api|sub-apikeys)(?:\?|$)/),
  },
];

const OF_MASTER = { of: 'managing', signers: ['self'], needsPermission: true } as const;
const OF_SUB = { of: 'key', signers: ['self', 'managing'], needsPermission: true } as const;

export const cast: Cast<BybitSandbox> = {
  world: WORLD,
  operations: {
    'delete-master-key': { kind: 'delete', ...OF_MASTER },
    'delete-sub-key': { kind: 'delete', ...OF_SUB },
    'update-master-key': { kind: 'update', ...OF_MASTER },
    'update-sub-key': { kind: 'update', ...OF_SUB },
  },
  manager: 'its master',
  signing: ['HMAC', 'RSA', 'RSA PKCS#1', LIKE_A_KEY],
  update: {
    settings: { readOnly: 1, permissions: { Wallet: ['AccountTransfer'] } },
    narrow: { readOnly: 1, permissions: { Wallet: ['AccountTransfer'] }, ips: ['*'] },
  },
  settingsOf: ({ key }, world, keyId) => key(world, keyId),
  // The receive window and a second more.
  landsWithinMs: 6_000,
  callMethod: 'POST',
  siblings: 2,
  special,
  refused: [{ ...BY_MASTER, target: 'self', ends: 'refused/wrong-signer' }],
  story,
  unknownKey: {
    kind: 'reply',
    status: 200,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ retCode: 10003, retMsg: 'API key is invalid.', result: {}, retExtInfo: {} }),
  },
  isTimed: true,
  rates,
  account,
  samples,
};
