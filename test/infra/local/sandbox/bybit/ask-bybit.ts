import { createHmac, sign } from 'node:crypto';
import { type Asked, ask, type Heard } from '../ask.ts';

/** One request and what it is signed with; `headers` replace computed ones, so a test can spoil any of them. */
export interface BybitAsked extends Asked {
  readonly key: string;
  readonly secret?: string;
  readonly privateKey?: string;
  /** Epoch milliseconds. */
  readonly at: number;
  readonly window?: string;
}

/** Signs as the guide says, and sends. */
export const askBybit = (url: string, asked: BybitAsked): Promise<Heard> => {
  const { key, secret = '', privateKey, at, window = '5000', method = 'GET', path, body, headers } = asked;
  const content = method === 'GET' ? (path.split('?')[1] ?? '') : (body ?? '');
  const message = `${at}${key}${window}${content}`;
  const signature = privateKey
    ? sign('sha256', Buffer.from(message), privateKey).toString('base64')
    : createHmac('sha256', secret).update(message).digest('hex');
  return ask(url, {
    host: 'api.bybit.com',
    ...asked,
    headers: {
      'X-BAPI-API-KEY': key,
      'X-BAPI-TIMESTAMP': String(at),
      'X-BAPI-SIGN': signature,
      'X-BAPI-RECV-WINDOW': window,
      ...(method === 'POST' ? { 'Content-Type': 'application/json' } : {}),
      ...headers,
    },
  });
};
