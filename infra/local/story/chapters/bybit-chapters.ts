import type { BybitSandbox } from '../../sandbox/index.ts';
import { type Chapter, REVOKED, type Result } from './chapter.ts';
import { hmacSecret, rsaPair } from './key-material.ts';

type Settings = Readonly<Record<string, unknown>>;

interface Row {
  readonly operation: string;
  readonly by: 'self' | 'master';
  readonly signing: 'HMAC' | 'RSA';
  readonly special?: string;
  /** What the signing key may do, where it is not what the sandbox gives. */
  readonly permissions?: Readonly<Record<string, readonly string[]>>;
  readonly settings?: Settings;
  readonly isReplyLost?: boolean;
  readonly expected?: Partial<Result>;
}

const WORLD = 'mainnet';
const TRANSFERS_ONLY: Settings = { readOnly: 1, permissions: { Wallet: ['AccountTransfer'] } };
const RESTRICTED: Partial<Result> = {
  outcome: 'restricted',
  keyState: 'alive',
  atProvider: 'alive',
  changes: 'updated to readOnly=1 Wallet=AccountTransfer',
};
const STUCK: Partial<Result> = {
  outcome: 'stuck/permission-missing',
  keyState: 'alive',
  reply: 'rejected',
  atProvider: 'alive',
  changes: '',
  stuckCopies: 1,
};

const ROWS: readonly Row[] = [
  { operation: 'delete-master-key', by: 'self', signing: 'HMAC' },
  { operation: 'delete-master-key', by: 'self', signing: 'RSA' },
  {
    operation: 'delete-master-key',
    by: 'self',
    signing: 'HMAC',
    special: 'trade-only',
    permissions: { Spot: ['SpotTrade'] },
    expected: STUCK,
  },
  { operation: 'delete-sub-key', by: 'self', signing: 'HMAC' },
  { operation: 'delete-sub-key', by: 'self', signing: 'RSA' },
  { operation: 'delete-sub-key', by: 'master', signing: 'HMAC' },
  // The master's list is a witness. Without one, a lost reply takes an hour: longer than anybody watches a story.
  {
    operation: 'delete-sub-key',
    by: 'master',
    signing: 'RSA',
    special: 'reply lost',
    isReplyLost: true,
    expected: { reply: 'silent' },
  },
  { operation: 'update-master-key', by: 'self', signing: 'HMAC', settings: TRANSFERS_ONLY, expected: RESTRICTED },
  { operation: 'update-sub-key', by: 'self', signing: 'RSA', settings: TRANSFERS_ONLY, expected: RESTRICTED },
  { operation: 'update-sub-key', by: 'master', signing: 'HMAC', settings: TRANSFERS_ONLY, expected: RESTRICTED },
];

interface Material {
  readonly verifier: { readonly apiSecret: string } | { readonly publicKey: string };
  readonly credential: Readonly<Record<string, string>>;
}

const materialFor = async (signing: Row['signing']): Promise<Material> => {
  if (signing === 'HMAC') {
    const apiSecret = hmacSecret();
    return { verifier: { apiSecret }, credential: { apiSecret } };
  }
  const { publicKey, privateKey } = await rsaPair('pkcs8');
  return { verifier: { publicKey }, credential: { privateKey } };
};

interface Cast {
  readonly master: string;
  readonly sub: string;
  readonly subMemberId: string;
  readonly signer: string;
}

const isAboutSub = ({ operation }: Row): boolean => operation.includes('sub');

const castOf = (row: Row, number: string): Cast => {
  const [master, sub] = [`MASTERstory${number}`, `SUBKEYstory${number}`];
  return { master, sub, subMemberId: `1004${number}`, signer: isAboutSub(row) && row.by === 'self' ? sub : master };
};

const seed = (bybit: BybitSandbox, row: Row, cast: Cast, verifier: Material['verifier']): void => {
  const { master, sub, subMemberId, signer } = cast;
  const keyed = (apiKey: string) => ({ apiKey, ...(apiKey === signer ? verifier : { apiSecret: hmacSecret() }) });
  bybit.addMaster(WORLD, { ...keyed(master), ...(row.permissions ? { permissions: row.permissions } : {}) });
  if (isAboutSub(row)) bybit.addSub(WORLD, { ...keyed(sub), parent: master, subMemberId });
  const match = { method: 'POST', keyId: signer };
  if (row.isReplyLost) bybit.faults.script({ match, fault: { kind: 'dropAfter' } });
};

const howOf = ({ by, signing, special }: Row): string =>
  [by === 'self' ? 'by itself' : 'by master', signing, special].filter(Boolean).join(', ');

const chapterOf = async (bybit: BybitSandbox, row: Row, index: number): Promise<Chapter> => {
  const { operation, by, settings, expected } = row;
  const number = String(index + 1).padStart(4, '0');
  const cast = castOf(row, number);
  const { master, sub, subMemberId, signer } = cast;
  const { verifier, credential } = await materialFor(row.signing);
  seed(bybit, row, cast, verifier);
  const secretId = `key-revoker/bybit/story-${number}`;
  const target = by === 'self' ? 'self' : { apiKey: sub, subMemberId };
  return {
    provider: 'bybit',
    operation,
    how: howOf(row),
    keyId: isAboutSub(row) ? sub : master,
    world: WORLD,
    stored: { name: secretId, credential: { apiKey: signer, ...credential } },
    comes: 'queue',
    request: { secretId, target, ...(settings ? { settings, reason: 'incident' } : { reason: 'leaked' }) },
    expected: { ...REVOKED, ...expected },
  };
};

/** Makes throwaway keys at Bybit, every one at an account of its own, and says what has to become of them. */
export const bybitChapters = (bybit: BybitSandbox): Promise<readonly Chapter[]> =>
  Promise.all(ROWS.map((row, index) => chapterOf(bybit, row, index)));
