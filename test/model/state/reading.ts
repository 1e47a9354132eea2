import type { Exchange } from '../../../infra/local/sandbox/index.ts';
import type { Of } from '../system/happening.ts';
import { OUTAGE } from '../system/outage.ts';

/** One question to the provider, with its exchange in the sandbox's record, and who was alive then. */
export type Reading = Of<'asked'> & Pick<Exchange, 'status' | 'faultName'>;

/** A reading may be answered from before the latest changes. */
const LAGGING = ['stale', 'lags by 3 s', 'lags by 10 s'];
/** With these a key that lives may look as if it did not. */
const HIDING = [OUTAGE, 'shifted page', ...LAGGING];

/** Certainly an answer to the living key itself. */
export const isSight = ({ by, living, status, faultName }: Reading, keyId: string): boolean =>
  by === keyId && living.includes(keyId) && status === 200 && faultName === undefined;

/** It may have shown the key, by itself or in a list. */
export const maySee = ({ living, faultName = '' }: Reading, keyId: string): boolean =>
  living.includes(keyId) || LAGGING.includes(faultName);

/** It may have shown that there is no such key. */
export const mayMiss = ({ living, faultName = '' }: Reading, keyId: string): boolean =>
  !living.includes(keyId) || HIDING.includes(faultName);

/** Certainly about a key that is not there. */
export const isMiss = ({ living, faultName }: Reading, keyId: string): boolean =>
  !living.includes(keyId) && faultName === undefined;

/** Asked by another key than this one, which is the target. */
export const isManaging = ({ by }: Reading, keyId: string): boolean => by !== '' && by !== keyId;

/** The managing key was taken for what it is. */
export const isAccepted = ({ by, living, status, faultName }: Reading): boolean =>
  living.includes(by) && status === 200 && faultName !== OUTAGE;

/** Who asked may have been taken for a key that lives. */
export const mayBeAccepted = ({ by, living, status, faultName }: Reading): boolean =>
  (living.includes(by) || faultName !== undefined) && status === 200 && faultName !== OUTAGE;

/** The managing key was certainly refused. */
export const isRefused = ({ by, living, faultName }: Reading): boolean =>
  faultName === OUTAGE || (faultName === undefined && !living.includes(by));
