/** What the documentation leaves open. Each default is the documented hint or else the reading that is harder on a caller. */
export interface BybitUnconfirmed {
  /** Code for a sub account, or its key, that belongs to another master. @default 500010 */
  readonly foreignSub: number;
  /** Code for a sub account that does not exist. @default 10001 */
  readonly unknownSub: number;
  /** Code for a sub key that does not exist (any more); 0 makes the request succeed without effect. @default 10001 */
  readonly unknownKey: number;
  /** Code for an `apikey` that is missing, or sent by the sub key itself. @default 10001 */
  readonly apikeyRule: number;
  /** Whether a read-only key may call the mutating endpoints. @default true */
  readonly mayReadOnlyManage: boolean;
  /** What an update without `readOnly` does. @default 'reset' to 0 */
  readonly readOnlyOmitted: 'reset' | 'kept';
  /** What happens to groups that `permissions` does not name. @default 'kept' */
  readonly groupsOmitted: 'kept' | 'wiped';
  /** What update-sub-api without `ips` does. @default 'unbound' */
  readonly ipsOmitted: 'unbound' | 'kept';
  /** Whether `sub-apikeys` on mainnet names demo keys. @default false */
  readonly isDemoListed: boolean;
  /** Whether `query-api` on the demo host calls the key a master of its own account. @default false */
  readonly isDemoShownAsMaster: boolean;
  /** Whether list rows come without `ips` and `permissions`. @default false */
  readonly areRowsBare: boolean;
  /** Which way the boolean `readOnly` of a list row is meant; a translation of the page says true is writable. @default 'readable-only' */
  readonly rowReadOnlyMeans: 'readable-only' | 'writable';
}

export const BYBIT_UNCONFIRMED: BybitUnconfirmed = {
  foreignSub: 500010,
  unknownSub: 10001,
  unknownKey: 10001,
  apikeyRule: 10001,
  mayReadOnlyManage: true,
  readOnlyOmitted: 'reset',
  groupsOmitted: 'kept',
  ipsOmitted: 'unbound',
  isDemoListed: false,
  isDemoShownAsMaster: false,
  areRowsBare: false,
  rowReadOnlyMeans: 'readable-only',
};
