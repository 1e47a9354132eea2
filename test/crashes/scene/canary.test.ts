import { expect, it } from 'vitest';
import { canary } from './canary.ts';

const SECRET = 'canary/5b1f09c2d7+x';
const PEM = '-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANcanaryline1\nb64canaryline2of2xyz\n-----END PRIVATE KEY-----\n';

it.each([
  ['as it is', `secret is ${SECRET}!`],
  ['in an address', `?secret=${encodeURIComponent(SECRET)}`],
  ['as base64', Buffer.from(SECRET).toString('base64')],
])('hears a secret %s, and does not repeat it', (_form, text) => {
  const listening = canary();
  listening.guard({ apiKey: 'an-identifier', apiSecret: SECRET });
  listening.hear('a line', text);
  const [heard = '', ...more] = listening.heard();
  expect(heard).toMatch(/^canary: .{4}… was seen in a line$/);
  expect(more).toEqual([]);
});

it('hears any line of a PEM, and a bearer, but no identifier', () => {
  const listening = canary();
  listening.guard({ apiKeyId: '8-4-4-4-12-the-identifier', privateKey: PEM });
  listening.guard({ apiKey: 'an-identifier', apiSecret: SECRET });
  listening.hear('a queue', '8-4-4-4-12-the-identifier an-identifier -----BEGIN PRIVATE KEY-----');
  expect(listening.heard()).toEqual([]);
  listening.guard({ apiKey: 'rqsty-sk-canary' });
  listening.hear('a queue', 'b64canaryline2of2xyz');
  listening.hear('the ledger', 'rqsty-sk-canary');
  expect(listening.heard()).toEqual(['canary: b64c… was seen in a queue', 'canary: rqst… was seen in the ledger']);
});
