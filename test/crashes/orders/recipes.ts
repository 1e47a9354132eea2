import type { ProviderName } from '../../../infra/key-revocation-props.ts';

/** How a request names its target: as the signing key itself, by its id, by id and sub account, by its secret, or as a key of nobody. */
export type TargetKind = 'self' | 'id' | 'account' | 'secret' | 'nobody';

/** One kind of request, and what it has to come to however often the function dies on the way. */
export interface Recipe {
  readonly provider: ProviderName;
  readonly operation: string;
  readonly signer: 'own' | 'managing';
  readonly target: TargetKind;
  /** @default HMAC, Ed25519, or what the provider has */
  readonly signing?: 'RSA';
  /** @default queue */
  readonly comes?: 'bus' | 'tag';
  /** What the signing key lacks. */
  readonly lacks?: 'permission';
  /** Fields of the request that are its own; `undefined` takes one out. */
  readonly fields?: Readonly<Record<string, unknown>>;
  /** Milliseconds that it has to wait for its time. */
  readonly waitsMs?: number;
  /** Somebody takes the tag away before its time. */
  readonly isTakenBack?: boolean;
  readonly ends: readonly string[];
}

const REVOKED = ['revoked'];
const RESTRICTED = ['restricted'];
const PLANNED = ['planned'];
const MINUTE_MS = 60_000;
const settings = { readOnly: 1, permissions: { Spot: ['SpotTrade'], Wallet: ['AccountTransfer'] } };

const MASTER = { provider: 'bybit', operation: 'delete-master-key', signer: 'own', target: 'self' } as const;
const SUB = { provider: 'bybit', operation: 'delete-sub-key', signer: 'own', target: 'self' } as const;
const BY_MASTER = { ...SUB, signer: 'managing', target: 'account' } as const;
const KALSHI = { provider: 'kalshi', operation: 'delete-key', signer: 'own', target: 'self' } as const;
const REQUESTY = { provider: 'requesty', operation: 'delete-key', signer: 'own', target: 'self' } as const;

/** Every operation with each of its signers, each way to name a target, each way to come, and the ends that are no death. */
export const RECIPES: readonly Recipe[] = [
  { ...MASTER, ends: REVOKED },
  { ...MASTER, signing: 'RSA', ends: REVOKED },
  { ...MASTER, target: 'id', comes: 'bus', ends: REVOKED },
  { ...MASTER, comes: 'tag', ends: REVOKED },
  { ...MASTER, lacks: 'permission', ends: ['stuck/permission-missing'] },
  { ...MASTER, fields: { dryRun: true }, ends: PLANNED },
  { ...SUB, ends: REVOKED },
  { ...SUB, signing: 'RSA', ends: REVOKED },
  { ...BY_MASTER, ends: REVOKED },
  { ...BY_MASTER, target: 'id', fields: { reason: 'manual' }, ends: REVOKED },
  // The call goes before the search, which then finds nothing that anybody had seen.
  { ...BY_MASTER, target: 'id', fields: { reason: 'leaked' }, ends: ['stuck/unproven', 'revoked'] },
  { ...BY_MASTER, target: 'secret', signing: 'RSA', ends: REVOKED },
  { ...BY_MASTER, target: 'secret', comes: 'tag', ends: REVOKED },
  { ...BY_MASTER, waitsMs: 5 * MINUTE_MS, ends: REVOKED },
  { ...BY_MASTER, target: 'nobody', ends: ['stuck/not-recognised', 'stuck/unproven'] },
  { ...BY_MASTER, target: 'self', ends: ['refused/wrong-signer'] },
  { ...BY_MASTER, fields: { dryRun: true }, ends: PLANNED },
  { ...MASTER, operation: 'update-master-key', fields: { settings }, ends: RESTRICTED },
  { ...SUB, operation: 'update-sub-key', fields: { settings }, ends: RESTRICTED },
  { ...BY_MASTER, operation: 'update-sub-key', fields: { settings }, ends: RESTRICTED },
  { ...KALSHI, ends: REVOKED },
  { ...KALSHI, signing: 'RSA', ends: REVOKED },
  { ...KALSHI, comes: 'tag', ends: REVOKED },
  { ...KALSHI, comes: 'tag', isTakenBack: true, ends: ['withdrawn'] },
  { ...KALSHI, signer: 'managing', target: 'id', comes: 'bus', ends: REVOKED },
  { ...KALSHI, signer: 'managing', target: 'secret', ends: REVOKED },
  { ...KALSHI, lacks: 'permission', ends: ['stuck/permission-missing'] },
  { ...KALSHI, fields: { target: undefined }, ends: ['refused/target-missing'] },
  { ...REQUESTY, ends: REVOKED },
  { ...REQUESTY, target: 'id', comes: 'bus', ends: REVOKED },
  { ...REQUESTY, signer: 'managing', target: 'id', ends: REVOKED },
  { ...REQUESTY, signer: 'managing', target: 'secret', ends: REVOKED },
  { ...REQUESTY, signer: 'managing', target: 'secret', comes: 'tag', ends: REVOKED },
  { ...REQUESTY, lacks: 'permission', ends: ['stuck/permission-missing'] },
  { ...REQUESTY, fields: { secretId: 'elsewhere/of-nobody' }, ends: ['refused/outside-prefix'] },
  { ...REQUESTY, fields: { secretId: 'key-revoker/never-stored' }, ends: ['stuck/credential-missing'] },
  { ...REQUESTY, fields: { dryRun: true }, ends: PLANNED },
];
