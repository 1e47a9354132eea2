import type { Facts } from '../../core/answer.ts';
import type { Order } from '../../core/provider.ts';
import type { BybitOperation } from './operations.ts';
import type { BybitRecord, BybitSettings } from './settings.ts';

/** A key needs one of these for Bybit to accept its call: inferred from the labels of the delete and update pages. */
const MASTER_NEEDS = ['AccountTransfer', 'SubMemberTransfer', 'Withdraw'];
const SUB_NEEDS = ['AccountTransfer', 'SubMemberTransferList', 'SubMemberTransfer'];

/** An order, and what is known about its key. */
export interface Seen {
  readonly order: Order;
  readonly operation: BybitOperation;
  readonly isMaster: boolean;
  /** The sub account is known without a search. */
  readonly isLocated: boolean;
  readonly facts: Facts;
  readonly record: BybitRecord | undefined;
  readonly settings: BybitSettings | undefined;
}

const holdsNone = (wallet: readonly string[] | undefined, needs: readonly string[]): boolean =>
  !needs.some((need) => wallet?.includes(need));

/** Each rule of Bybit that may refuse the call, with its sentence. */
const FORECASTS: readonly (readonly [(seen: Seen) => boolean, string])[] = [
  [
    ({ order, isMaster, record }) =>
      order.target.self && isMaster && record !== undefined && holdsNone(record.permissions['Wallet'], MASTER_NEEDS),
    'This key has none of AccountTransfer, SubMemberTransfer and Withdraw, so Bybit will refuse the call (10005). Only the provider’s web console is left',
  ],
  [
    ({ order, isMaster, record }) =>
      order.target.self && !isMaster && record !== undefined && holdsNone(record.permissions['Wallet'], SUB_NEEDS),
    'This key has neither AccountTransfer nor SubMemberTransferList, so Bybit will refuse the call (10005). Its master key can make the call',
  ],
  [
    ({ order, facts }) =>
      !order.target.self && facts['wallet'] !== undefined && holdsNone(facts['wallet'].split(' '), MASTER_NEEDS),
    'The master key has none of AccountTransfer, SubMemberTransfer and Withdraw, so Bybit will refuse the call (10005). If the sub key has a transfer permission, it can make the call; otherwise only the provider’s web console is left',
  ],
  [
    ({ order, record, facts }) => (order.target.self ? record?.readOnly === 1 : facts['readOnly'] === '1'),
    'The signing key is read-only, and it is not documented whether Bybit accepts this call from such a key. If Bybit refuses the call, only the provider’s web console is left',
  ],
  [
    ({ facts }) => facts['type'] === '2',
    'This key was made for a third-party application. It is not documented whether the API can delete such a key. The provider’s web console can delete the key',
  ],
  [
    ({ isMaster, settings }) => isMaster && settings?.readOnly === 1,
    'It is not documented whether a read-only master key can still delete itself. The provider’s web console can delete the key',
  ],
  [
    ({ isMaster, settings }) => isMaster && settings?.ips !== undefined,
    'Bybit refuses to change the addresses of a master key through the API (141019). Send the request again without ips, and bind the key in the provider’s web console',
  ],
  [
    ({ order, facts }) => facts['searched'] !== undefined && order.target.credential === undefined,
    'No sub account of this master key has the key, so its death could not be proved',
  ],
  [
    ({ order, isLocated }) => order.urgent && !order.target.self && !order.target.credential && !isLocated,
    'An urgent request deletes the key before it looks for the key’s sub account, and afterwards no sub account has the key, so its death could not be proved. Name subMemberId',
  ],
];

const isDelete = ({ operation }: Seen): boolean => operation.kind === 'delete';

/**
 * What an update leaves of the wallet's permissions: all of them if the order does not name any, and always what the
 * API cannot take away.
 */
const walletLeft = ({ settings, record }: Seen): readonly string[] | undefined => {
  const now = record?.permissions['Wallet'];
  const asked = settings?.permissions;
  return asked === undefined ? now : now?.filter((name) => name === 'Withdraw' || asked['Wallet']?.includes(name));
};

/** Whether an update takes away the last permission with which a key can delete itself. */
const isDisarmed = (seen: Seen, needs: readonly string[]): boolean =>
  !isDelete(seen) && !holdsNone(seen.record?.permissions['Wallet'], needs) && holdsNone(walletLeft(seen), needs);

/** What is no longer possible after the call, with its sentence. */
const AFTERWARDS: typeof FORECASTS = [
  [
    (seen) => isDelete(seen) && seen.isMaster,
    'The sub keys that this key signs for stay alive. Afterwards another master key must sign for the sub keys, or the sub keys sign for themselves',
  ],
  [
    (seen) => seen.isMaster && isDisarmed(seen, MASTER_NEEDS),
    'Afterwards the key can no longer delete itself, and no other key can delete it through the API. Only the provider’s web console is left',
  ],
  [
    (seen) => !seen.isMaster && isDisarmed(seen, SUB_NEEDS),
    'Afterwards the key can no longer delete itself. Its master key or the provider’s web console can delete the key',
  ],
];

const sentencesIn = (rules: typeof FORECASTS, seen: Seen): readonly string[] =>
  rules.filter(([applies]) => applies(seen)).map(([, sentence]) => sentence);

/** What becomes impossible if Bybit accepts the call. */
export const afterwards = (seen: Seen): readonly string[] => sentencesIn(AFTERWARDS, seen);

/** How Bybit will probably answer. Nothing here stops a call. */
export const forecast = (seen: Seen): readonly string[] => sentencesIn(FORECASTS, seen);
