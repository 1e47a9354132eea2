import { Fault } from '../../core/fault.ts';
import { nearest } from '../../core/request/schema-errors.ts';

export type KeyKind = 'master' | 'sub';

/** What a key may do, by group, as Bybit writes it. */
export type Groups = Readonly<Record<string, readonly string[]>>;

const MASTER_WALLET = ['AccountTransfer', 'SubMemberTransfer'];

/**
 * What the update calls accept. Groups of older revisions are kept: a key may still have them.
 * https://bybit-exchange.github.io/docs/v5/user/modify-master-apikey and .../modify-sub-apikey
 */
const SENDABLE: Readonly<Record<KeyKind, Groups>> = {
  master: {
    ContractTrade: ['Order', 'Position'],
    Spot: ['SpotTrade'],
    Wallet: MASTER_WALLET,
    Options: ['OptionsTrade'],
    Derivatives: ['DerivativesTrade'],
    CopyTrading: ['CopyTrading'],
    BlockTrade: ['BlockTrade'],
    Exchange: ['ExchangeHistory'],
    NFT: ['NFTQueryProductList'],
    Affiliate: ['Affiliate'],
    Earn: ['Earn'],
    FiatP2P: ['FiatP2POrder', 'Advertising'],
    FiatBitPay: ['FaitPayOrder'],
    FiatConvertBroker: ['FiatConvertBrokerOrder'],
    BitCard: ['BitCard'],
    ByXPost: ['ByXPost'],
  },
  sub: {
    ContractTrade: ['Order', 'Position'],
    Spot: ['SpotTrade'],
    Wallet: ['AccountTransfer', 'SubMemberTransferList'],
    Options: ['OptionsTrade'],
    Derivatives: ['DerivativesTrade'],
    Exchange: ['ExchangeHistory'],
    Earn: ['Earn'],
  },
};

/** Only replies have it. An order may name it as a permission to keep, but no call can give it or take it away. */
const ONLY_READ = 'Withdraw';

const NAMED: Readonly<Record<KeyKind, Groups>> = {
  ...SENDABLE,
  master: { ...SENDABLE.master, Wallet: [...MASTER_WALLET, ONLY_READ] },
};

/** Groups that a read-write key can neither gain nor lose through the API. */
const FIXED_WHILE_WRITING = new Set(['FiatP2P', 'FiatBitPay', 'FiatConvertBroker']);

/** Whether an update call accepts this group. */
export const isSendable = (kind: KeyKind, group: string): boolean => Object.hasOwn(SENDABLE[kind], group);

/** Whether the group is always sent as it was read. */
export const isFixed = (group: string, readOnly: 0 | 1): boolean => readOnly === 0 && FIXED_WHILE_WRITING.has(group);

/** The values of a group that an update call accepts. */
export const sendableValues = (values: readonly string[]): readonly string[] =>
  values.filter((value) => value !== ONLY_READ);

/** Whether the API can take this permission from a key of this kind. */
export const isRemovable = (kind: KeyKind, group: string, value: string, readOnly: 0 | 1): boolean =>
  isSendable(kind, group) && !isFixed(group, readOnly) && value !== ONLY_READ;

const unknown = (what: string, typed: string, known: readonly string[]): Fault => {
  const meant = nearest(typed, known);
  const hint = meant ? `; the nearest is ${meant}` : '';
  return new Fault(
    'refused/malformed',
    `Cannot use the ${what} ${typed.slice(0, 64)}: it must be one of ${known.join(', ')}${hint}`,
  );
};

/**
 * The permissions that an order asks to keep.
 *
 * @returns `undefined` if the order names none
 * @throws Fault `refused/malformed` for a group or value that such a key cannot have, with the nearest name
 */
export const askedGroups = (kind: KeyKind, permissions: Groups | undefined): Groups | undefined => {
  for (const [group, values] of Object.entries(permissions ?? {})) {
    const known = Object.hasOwn(NAMED[kind], group) ? NAMED[kind][group] : undefined;
    if (known === undefined) throw unknown('permission group', group, Object.keys(NAMED[kind]));
    const stranger = values.find((value) => !known.includes(value));
    if (stranger !== undefined) throw unknown(`permission of ${group}`, stranger, known);
  }
  return permissions;
};
