import { expect, it } from 'vitest';
import { loopbackUrl } from '../../../../functions/edge/http/loopback.ts';

it.each([
  ['http://127.0.0.1:8080', '127.0.0.1'],
  ['http://127.1.2.3:8080/', '127.1.2.3'],
  ['http://127.1:8080', '127.0.0.1'],
  ['http://2130706433:8080', '127.0.0.1'],
  ['http://LOCALHOST:8080', 'localhost'],
  ['http://[::1]:8080', '[::1]'],
  ['http://[0:0:0:0:0:0:0:1]:8080', '[::1]'],
])('takes %s for this machine', (text, hostname) => {
  expect(loopbackUrl('BYBIT_BASE_URL', text)).toMatchObject({ hostname, port: '8080' });
});

it.each([
  ['another host', 'http://example.com'],
  ['a host that begins like this machine', 'http://127.0.0.1.example.com'],
  ['a host that ends like this machine', 'http://example.localhost'],
  ['this machine as the user of another', 'http://127.0.0.1@example.com'],
  ['this machine in the path of another', 'http://example.com/127.0.0.1'],
  ['all addresses', 'http://0.0.0.0'],
  ['a private address', 'http://10.0.0.1'],
  ['an address mapped into IPv6', 'http://[::ffff:127.0.0.1]'],
  ['a number that is another address', 'http://2130706432999'],
  ['TLS', 'https://127.0.0.1'],
  ['a path', 'http://127.0.0.1/trade-api'],
  ['a query', 'http://127.0.0.1/?x=1'],
  ['a user', 'http://me:CANARY@127.0.0.1'],
  ['no URL', 'CANARY'],
  ['an empty text', ''],
])('refuses %s', (_what, text) => {
  const reading = () => loopbackUrl('BYBIT_BASE_URL', text);
  expect(reading).toThrow(/^Cannot use BYBIT_BASE_URL.*it must be http:\/\/127\.0\.0\.1:<port>$/);
  expect(reading).not.toThrow('CANARY');
});
