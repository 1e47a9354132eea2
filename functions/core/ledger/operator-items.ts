import type { EpochMs } from '../epoch.ts';
import type { ItemKey, Ledger, Versioned } from '../ports.ts';
import { HOUR_MS } from '../timing.ts';

/** Raises a provider's hourly limits for a time. It never lowers them. */
export interface OverrideItem extends Versioned {
  readonly urgent?: number | undefined;
  readonly other?: number | undefined;
  readonly until: EpochMs;
  /** Who raised them, and why. */
  readonly by?: string | undefined;
  readonly reason?: string | undefined;
}

const limitOf = (provider: string): string => `limit#${provider}`;

export const overrideKey = (provider: string): ItemKey => ({ pk: limitOf(provider), sk: 'override' });

export const hourOf = (instant: EpochMs): number => Math.floor(instant / HOUR_MS);

/** The counter of one provider's calls in one hour. */
export const countKey = (provider: string, kind: 'urgent' | 'other', instant: EpochMs): ItemKey => ({
  pk: `${limitOf(provider)}#${kind}`,
  sk: String(hourOf(instant)),
});

/** Whether an operator has paused the system, who, and why. */
export interface PauseItem extends Versioned {
  /** Absent: not paused. */
  readonly pausedAt?: EpochMs | undefined;
  readonly by: string;
  readonly reason: string;
}

export const PAUSE_KEY: ItemKey = { pk: 'control', sk: 'pause' };

/** @returns since when an operator has paused the system; `undefined` if it is not paused */
export const pausedSince = async ({ ledger }: { readonly ledger: Ledger }): Promise<EpochMs | undefined> =>
  (await ledger.read<PauseItem>(PAUSE_KEY))?.pausedAt;

/** An operator has decided that this system stops watching a key that may still be alive. */
export interface Forgotten {
  readonly at: EpochMs;
  readonly by: string;
  readonly reason: string;
}

/** The record of a forgotten request. If the request had a key, the key's case holds it as well. */
export interface ForgottenItem extends Versioned, Forgotten {
  readonly requestId: string;
  readonly attempt: number;
}

export const forgottenKey = (requestId: string): ItemKey => ({ pk: `forgotten#${requestId}`, sk: 'forgotten' });

/** Whether an operator has forgotten a request, at this attempt or at a later one. */
export const isForgotten = async (
  { ledger }: { readonly ledger: Ledger },
  { requestId, attempt }: Pick<ForgottenItem, 'requestId' | 'attempt'>,
): Promise<boolean> => {
  const forgotten = await ledger.read<ForgottenItem>(forgottenKey(requestId));
  return forgotten !== undefined && forgotten.attempt >= attempt;
};

/** An operator is about to send a request again. An attempt that neither this item nor the request's own item knows counts for nothing. */
export interface RedriveItem extends Versioned {
  readonly requestId: string;
  /** The highest attempt that was announced. */
  readonly attempt: number;
  readonly by: string;
  readonly at: EpochMs;
}

export const redriveKey = (requestId: string): ItemKey => ({ pk: `redrive#${requestId}`, sk: 'redrive' });

/** @returns the highest attempt of a request that an operator has announced; 0 for none */
export const announcedAttempt = async ({ ledger }: { readonly ledger: Ledger }, requestId: string): Promise<number> =>
  (await ledger.read<RedriveItem>(redriveKey(requestId)))?.attempt ?? 0;

/** The partitions that an operator may put whole items into. `*` stands for anything. @param providers names of providers */
export const operatorWrites = (providers: readonly string[]): readonly string[] => [
  ...providers.map(limitOf),
  PAUSE_KEY.pk,
  forgottenKey('*').pk,
  redriveKey('*').pk,
];

/** What an operator may change in a case: not the proof, and not the sightings. */
export const FORGETTABLE = ['pk', 'sk', 'rev', 'nonce', 'state', 'leftOpenBy', 'forgotten'] as const;
