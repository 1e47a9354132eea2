import { bybit } from '../../../../functions/providers/bybit/index.ts';
import { identified } from '../ask.ts';

export const MASTER = 'MASTERexample00001';
export const SUB = 'SUBKEYexample00001';
export const SECRET = 'SKexample00000000000000000000000000001';

/** The credential of a key in an environment. */
export const keyIn = (apiKey: string, environment = 'mainnet') =>
  identified(bybit.credential({ apiKey, apiSecret: SECRET, environment }));

/** What `query-api` says of a sub key that may do everything, with what the test changes of it. */
export const described = (more: Readonly<Record<string, unknown>> = {}) => ({
  retCode: 0,
  retMsg: 'OK',
  result: {
    apiKey: SUB,
    readOnly: 0,
    permissions: { Wallet: ['AccountTransfer'], Spot: ['SpotTrade'] },
    ips: ['*'],
    type: 1,
    userID: 100400345,
    isMaster: false,
    parentUid: '100400000',
    ...more,
  },
  retExtInfo: {},
  time: 1_700_000_000_123,
});

/** One page of a sub account's keys. */
export const page = (apiKeys: readonly (string | Readonly<Record<string, unknown>>)[], nextPageCursor = '') => ({
  retCode: 0,
  retMsg: '',
  result: {
    result: apiKeys.map((key) => (typeof key === 'string' ? { apiKey: key, status: 3, readOnly: false } : key)),
    nextPageCursor,
  },
});

/** A refusal inside HTTP 200. */
export const refusal = (retCode: number) => ({
  retCode,
  retMsg: 'no',
  result: {},
  retExtInfo: {},
  time: 1_700_000_009_000,
});
