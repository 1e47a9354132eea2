type Permissions = Readonly<Record<string, readonly string[]>>;

/** What a master key can be given by API (docs/v5/user/modify-master-apikey, 2026-05-14). */
const MASTER: Permissions = {
  ContractTrade: ['Order', 'Position'],
  Spot: ['SpotTrade'],
  Wallet: ['AccountTransfer', 'SubMemberTransfer'],
  Options: ['OptionsTrade'],
  Derivatives: ['DerivativesTrade'],
  Exchange: ['ExchangeHistory'],
  Earn: ['Earn'],
  FiatP2P: ['FiatP2POrder', 'Advertising'],
  FiatBitPay: ['FaitPayOrder'],
  FiatConvertBroker: ['FiatConvertBrokerOrder'],
  BitCard: ['BitCard'],
  ByXPost: ['ByXPost'],
  BlockTrade: ['BlockTrade'],
  Affiliate: ['Affiliate'],
};

/** What a sub key can be given (docs/v5/user/modify-sub-apikey). */
const SUB: Permissions = {
  ContractTrade: ['Order', 'Position'],
  Spot: ['SpotTrade'],
  Wallet: ['AccountTransfer', 'SubMemberTransferList'],
  Options: ['OptionsTrade'],
  Derivatives: ['DerivativesTrade'],
  Exchange: ['ExchangeHistory'],
  Earn: ['Earn'],
};

/** Shown in replies, never given or taken by API. */
const RESPONSE_ONLY: Permissions = { Wallet: ['Withdraw'], FiatGlobalPay: ['FiatGlobalPayOrder'] };
/** Deprecated, always empty. */
const ALWAYS_EMPTY = ['NFT', 'CopyTrading'];
const GROUPS = [...Object.keys(MASTER), 'FiatGlobalPay', ...ALWAYS_EMPTY];
/** Groups that a read-write key neither gains nor loses by API: 141020. */
const SENSITIVE = ['FiatP2P', 'FiatBitPay', 'FiatConvertBroker'];

const isStrings = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.every((item) => typeof item === 'string');

/** Every group with what the key holds, `[]` where nothing. */
export const shownPermissions = (held: Permissions): Permissions =>
  Object.fromEntries(GROUPS.map((group) => [group, ALWAYS_EMPTY.includes(group) ? [] : (held[group] ?? [])]));

/** Whether an update from one to the other touches a group that is closed to the API on a read-write key. */
export const isSensitiveChange = (before: Permissions, after: Permissions): boolean =>
  SENSITIVE.some((group) => [...(before[group] ?? [])].sort().join() !== [...(after[group] ?? [])].sort().join());

interface Asked {
  readonly held: Permissions;
  readonly asked: Readonly<Record<string, unknown>>;
  readonly isMaster: boolean;
  readonly groupsOmitted: 'kept' | 'wiped';
}

const groupAfter = (group: string, { held, asked, isMaster, groupsOmitted }: Asked): readonly string[] | undefined => {
  const isLocked = (name: string) => RESPONSE_ONLY[group]?.includes(name) === true;
  const has = held[group] ?? [];
  const wanted = asked[group] ?? undefined; // null is omitted too
  if (wanted === undefined) return groupsOmitted === 'kept' ? has : has.filter(isLocked);
  if (!isStrings(wanted)) return undefined;
  if (ALWAYS_EMPTY.includes(group)) return [];
  const given = wanted.filter((name) => !isLocked(name));
  const grantable = (isMaster ? MASTER : SUB)[group] ?? [];
  return given.every((name) => grantable.includes(name)) ? [...given, ...has.filter(isLocked)] : undefined;
};

/**
 * The permissions after an update. What is response-only stays as it is, whatever is asked.
 *
 * @returns `undefined` where the parameters are wrong: not arrays of known names, or `Affiliate` beside another group.
 */
export const permissionsAfter = (update: Asked): Permissions | undefined => {
  const after: Record<string, readonly string[]> = {};
  for (const group of GROUPS) {
    const names = groupAfter(group, update);
    if (!names) return undefined;
    after[group] = names;
  }
  const used = GROUPS.filter((group) => after[group]?.length);
  return used.includes('Affiliate') && used.length > 1 ? undefined : after;
};

type Holder = { readonly permissions: Permissions; readonly isMaster: boolean };

/** Whether a key may call the endpoints that change keys (docs/v5/user/rm-master-apikey, rm-sub-apikey). */
export const mayManage = ({ permissions, isMaster }: Holder): boolean => {
  const enough = isMaster
    ? ['AccountTransfer', 'SubMemberTransfer', 'Withdraw']
    : ['AccountTransfer', 'SubMemberTransfer', 'SubMemberTransferList'];
  return (permissions['Wallet'] ?? []).some((name) => enough.includes(name));
};
