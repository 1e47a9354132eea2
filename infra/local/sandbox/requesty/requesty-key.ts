import type { StoredKey } from '../provider-side.ts';

export type Access = 'none' | 'read' | 'write';

/** One Requesty key; its identifier is the UUID, its secret the bearer token. */
export interface RequestyKey extends StoredKey {
  readonly organisation: string;
  readonly secret: string;
  readonly name: string;
  readonly permissions: { readonly manage: Access; readonly completions: Access };
  readonly isExpired: boolean;
}

/** What the documentation leaves open. */
export interface RequestyUnconfirmed {
  /** A deletion's reply: 204 and empty, or 200 and a text. @default 204 */
  readonly deletedStatus: 200 | 204;
  /** Status of a DELETE for an absent id: not found, or as if it had been there. @default 404 */
  readonly absentStatus: 404 | 204;
  /** Status for a bearer that is unknown, expired or revoked. @default 403 */
  readonly badTokenStatus: 401 | 403;
  /** Whether a key with `manage: write` may delete itself. @default true */
  readonly maySelfDelete: boolean;
  /** What `DELETE …/self` does: delete the caller, or count as no UUID. @default 'deletes' */
  readonly selfInDelete: 'deletes' | 'rejected';
}

export const REQUESTY_UNCONFIRMED: RequestyUnconfirmed = {
  deletedStatus: 204,
  absentStatus: 404,
  badTokenStatus: 403,
  maySelfDelete: true,
  selfInDelete: 'deletes',
};
