import type { Facts, KeyRecord } from '../../core/answer.ts';
import type { Order } from '../../core/provider.ts';

/** What a key has to hold one of, for Bybit to let it call: INF from the labels of the delete and update pages. */
const MASTER_NEEDS = ['AccountTransfer', 'SubMemberTransfer', 'Withdraw'];
const SUB_NEEDS = ['AccountTransfer', 'SubMemberTransferList', 'SubMemberTransfer'];

interface Seen {
  readonly order: Order;
  readonly isMaster: boolean;
  readonly facts: Facts;
  readonly record: KeyRecord | undefined;
}

const holdsNone = (wallet: readonly string[] | undefined, needs: readonly string[]): boolean =>
  !needs.some((need) => wallet?.includes(need));

/** Each rule of Bybit's that the facts may run into, with the sentence for it. */
const FORECASTS: readonly (readonly [(seen: Seen) => boolean, string])[] = [
  [
    ({ order, isMaster, record }) =>
      order.aim.self && isMaster && record !== undefined && holdsNone(record.permissions['Wallet'], MASTER_NEEDS),
    'This key holds none of AccountTransfer, SubMemberTransfer and Withdraw, so Bybit will refuse the call (10005); only the web page is left',
  ],
  [
    ({ order, isMaster, record }) =>
      order.aim.self && !isMaster && record !== undefined && holdsNone(record.permissions['Wallet'], SUB_NEEDS),
    'This key holds neither AccountTransfer nor SubMemberTransferList, so Bybit will refuse the call (10005); its master can make it',
  ],
  [
    ({ order, facts }) =>
      !order.aim.self && facts['wallet'] !== undefined && holdsNone(facts['wallet'].split(' '), MASTER_NEEDS),
    'The master key holds none of AccountTransfer, SubMemberTransfer and Withdraw, so Bybit will refuse the call (10005)',
  ],
  [
    ({ order, record, facts }) => (order.aim.self ? record?.readOnly === 1 : facts['readOnly'] === '1'),
    'The signing key is read-only; whether Bybit lets such a key make this call is not documented',
  ],
  [
    ({ facts }) => facts['type'] === '2',
    'This key was made for a third-party application; whether the API can delete such a key is not documented',
  ],
  [
    ({ isMaster, order }) => isMaster && order.settings?.readOnly === 1,
    'Whether a read-only master key can still delete itself is not documented; the web page can',
  ],
  [
    ({ isMaster, order }) => isMaster && order.settings?.ips !== undefined,
    'Bybit refuses to change the addresses of a master key by the API (141019); ask again without ips, and bind it in the web page',
  ],
  [
    ({ order, facts }) => facts['searched'] !== undefined && order.aim.credential === undefined,
    'No sub account of this master has the key, so its death could not be proved',
  ],
];

/** What can be said beforehand of how Bybit will answer. Nothing here stands in a call's way. */
export const forecast = (seen: Seen): readonly string[] =>
  FORECASTS.filter(([applies]) => applies(seen)).map(([, sentence]) => sentence);
