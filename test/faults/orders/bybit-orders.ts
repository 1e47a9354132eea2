import type { BybitSandbox, KeySettings, MasterSeed, SubSeed } from '../../../infra/local/sandbox/index.ts';
import { startSandbox } from '../../../infra/local/sandbox/index.ts';
import type { InProcess } from '../simulated/serve-in-process.ts';
import { handsFor } from './hands-for.ts';
import type { OrderUnderTest, Seeded } from './order-under-test.ts';
import { RSA } from './throwaway-pairs.ts';

const MASTER = 'MASTERexample00001';
/** Another key of the same account. */
const SECOND_MASTER = 'MASTERexample00003';
const SUB = 'SUBKEYexample00001';
const SUB_MEMBER = '100400345';
const MASTER_SECRET = 'key-revoker/bybit/master';
const SUB_SECRET = 'key-revoker/bybit/sub';

const hmac = (apiKey: string) => ({ apiKey, apiSecret: `hmac-of-${apiKey}` });

/** A call is taken for the receive window and a second more. */
const LANDS_WITHIN_MS = 6_000;
/** What an update asks to leave, and the most that it may. */
const SETTINGS = { readOnly: 1, permissions: { Wallet: ['AccountTransfer'] } };
const NARROW: KeySettings = { readOnly: 1, permissions: { Wallet: ['AccountTransfer'] }, ips: ['*'] };
const WIDE: KeySettings = {
  readOnly: 0,
  permissions: { Spot: ['SpotTrade'], Wallet: ['AccountTransfer', 'SubMemberTransferList'], Options: ['OptionsTrade'] },
  ips: ['*'],
};
const NO_TRANSFER = { permissions: { Spot: ['SpotTrade'] } };

interface Row {
  readonly name: string;
  readonly ends: string;
  readonly endsUrgent?: string;
  /** Found by a search alone, a key that is gone in an instant may never have been seen. */
  readonly orElse?: readonly string[];
  readonly operation: string;
  readonly target: unknown;
  readonly signer: typeof MASTER | typeof SUB;
  readonly about: typeof MASTER | typeof SUB;
  readonly master?: Partial<MasterSeed>;
  readonly sub?: Partial<SubSeed>;
  readonly world?: 'demo';
  /** Keys of the sub account that are listed before the target. @default 1 */
  readonly before?: number;
  readonly isRsa?: true;
}

/** A master with three sub accounts; the first holds two keys. */
const populate = (sandbox: BybitSandbox, row: Row): void => {
  const world = row.world ?? 'mainnet';
  const { apiSecret, ...bare } = hmac(MASTER);
  const verifier = row.isRsa ? { publicKey: RSA.publicKey } : { apiSecret };
  const userID = sandbox.addMaster('mainnet', { ...bare, ...verifier, ...row.master });
  sandbox.addMaster('mainnet', { ...hmac(SECOND_MASTER), userID });
  for (let n = 2; n < 2 + (row.before ?? 1); n += 1)
    sandbox.addSub(world, {
      ...hmac(`SUBKEYexample${String(n).padStart(5, '0')}`),
      parent: MASTER,
      subMemberId: SUB_MEMBER,
    });
  sandbox.addSub(world, { ...hmac(SUB), parent: MASTER, subMemberId: SUB_MEMBER, ...row.sub });
  sandbox.addSub('mainnet', { ...hmac('SUBKEYexample00099'), parent: MASTER, subMemberId: '100400346' });
  sandbox.addMaster('mainnet', hmac('MASTERexample00002'));
};

const handsOn = (sandbox: BybitSandbox, { about, signer, ...row }: Row): Seeded['byHand'] => {
  const world = row.world ?? 'mainnet';
  return {
    ...handsFor(sandbox, { world, target: about, signer, signsIn: 'mainnet' }),
    'widened by hand': { now: () => sandbox.patch(world, about, WIDE) },
    'narrowed by hand': {
      now: () => sandbox.patch(world, about, { ...NARROW, permissions: {} }),
      orElse: ['stuck/permission-missing'],
    },
    'expired, and renewed later': {
      now: () => sandbox.expire(world, about),
      later: () => sandbox.renew(world, about),
      orElse: ['stuck/expired-renewable'],
    },
  };
};

const seededBy = ({ operation, target, signer, about, world, isRsa }: Row): Omit<Seeded, 'byHand'> => ({
  secrets: {
    [MASTER_SECRET]: isRsa ? { apiKey: MASTER, privateKey: RSA.privateKey } : hmac(MASTER),
    [SUB_SECRET]: { ...hmac(SUB), ...(world ? { environment: world } : {}) },
  },
  request: {
    provider: 'bybit',
    operation,
    secretId: signer === MASTER ? MASTER_SECRET : SUB_SECRET,
    target,
    ...(operation.startsWith('update-') ? { settings: SETTINGS } : {}),
  },
  world: world ?? 'mainnet',
  target: about,
  signer,
  ...(signer === about ? {} : { otherSigners: [SECOND_MASTER] }),
  rotated: { [MASTER_SECRET]: hmac(SECOND_MASTER), [SUB_SECRET]: hmac('SUBKEYexample00002') },
  narrow: NARROW,
  landsWithinMs: LANDS_WITHIN_MS,
});

const BY_ID = { apiKey: SUB, subMemberId: SUB_MEMBER };
const bySecret = { secretId: SUB_SECRET };
const ofMaster = { target: 'self', signer: MASTER, about: MASTER } as const;
const ofSub = { target: 'self', signer: SUB, about: SUB } as const;
const byMaster = { signer: MASTER, about: SUB } as const;
const deletesMaster = { operation: 'delete-master-key', ...ofMaster } as const;
const deletesSub = { operation: 'delete-sub-key', ends: 'revoked' } as const;
const updatesSub = { operation: 'update-sub-key', ends: 'restricted' } as const;

const ROWS: readonly Row[] = [
  { name: 'delete-master-key by itself', ends: 'revoked', ...deletesMaster },
  { name: 'delete-master-key by itself, RSA', ends: 'revoked', ...deletesMaster, isRsa: true },
  {
    name: 'delete-master-key without permission',
    ends: 'stuck/permission-missing',
    ...deletesMaster,
    master: NO_TRANSFER,
  },
  { name: 'delete-sub-key by itself', ...deletesSub, ...ofSub },
  {
    name: 'delete-sub-key without permission',
    ...deletesSub,
    ends: 'stuck/permission-missing',
    ...ofSub,
    sub: NO_TRANSFER,
  },
  { name: 'delete-sub-key by its master', ...deletesSub, ...byMaster, target: BY_ID },
  // Bybit lists twenty keys at a time.
  {
    name: 'delete-sub-key by its master, on a second page',
    ...deletesSub,
    // A page that lost its first row hides the key from the only look before the call.
    orElse: ['stuck/unproven'],
    ...byMaster,
    target: BY_ID,
    before: 20,
  },
  {
    name: 'delete-sub-key by its master, account not named',
    ...deletesSub,
    endsUrgent: 'stuck/unproven',
    orElse: ['stuck/unproven', 'stuck/not-recognised'],
    ...byMaster,
    target: { apiKey: SUB },
  },
  { name: 'delete-sub-key by its master, with its secret', ...deletesSub, ...byMaster, target: bySecret },
  { name: 'delete-sub-key of a demo account', ...deletesSub, ...byMaster, target: bySecret, world: 'demo' },
  { name: 'update-master-key by itself', operation: 'update-master-key', ends: 'restricted', ...ofMaster },
  { name: 'update-sub-key by itself', ...updatesSub, ...ofSub },
  { name: 'update-sub-key by its master', ...updatesSub, ...byMaster, target: BY_ID },
];

/** Bybit's operations by each of their signers. */
export const BYBIT_ORDERS: readonly OrderUnderTest[] = ROWS.map((row) => ({
  name: `bybit/${row.name}`,
  ends: { manual: row.ends, leaked: row.endsUrgent ?? row.ends },
  orElse: row.orElse ?? [],
  isCostly: row.isRsa === true,
  seed: async (now) => {
    const sandbox = await startSandbox('bybit', { now });
    populate(sandbox, row);
    return {
      sandbox: sandbox as BybitSandbox & InProcess,
      seeded: { ...seededBy(row), byHand: handsOn(sandbox, row), settings: sandbox.key },
    };
  },
}));
