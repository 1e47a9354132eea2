import { expect, it } from 'vitest';
import { nextLines } from '../../../../../functions/operator/commands/stuck/next-lines.ts';
import { stuckOf } from '../../../../../functions/operator/stuck/stuck-copy.ts';
import * as PROVIDERS from '../../../../../functions/providers/index.ts';

const KEY = 'a952bcbe-ec3b-4b5b-b8f9-11dae589608c';
const KALSHI = { provider: 'kalshi', operation: 'delete-key', secretId: 'key-revoker/kalshi/bot' };
const SUB = { provider: 'bybit', operation: 'delete-sub-key', secretId: 'key-revoker/m' };
const MASTER = { provider: 'bybit', operation: 'delete-master-key', secretId: 'key-revoker/m', target: 'self' };

const shownFor = (code: string, request: object, isKnown = true): readonly string[] => {
  const text = (StringValue: string) => ({ DataType: 'String', StringValue });
  const MessageAttributes = { requestId: text("it's"), outcome: text('stuck'), code: text(code) };
  const copy = stuckOf(PROVIDERS, { Body: JSON.stringify(request), MessageAttributes });
  return nextLines(PROVIDERS, { ...copy, isKnown });
};

/** The one line that begins another request. */
const another = (code: string, request: object): string | undefined =>
  shownFor(code, request).find((line) => line.startsWith('  key-revoker request '));

it.each([
  [
    'a key in its own secret',
    { ...KALSHI, target: 'self', reference: "it's INC-1" },
    "kalshi/delete-key --secret … --target secret:key-revoker/kalshi/bot --reason manual --reference 'it'\\''s INC-1'",
  ],
  [
    'a key by its identifier',
    { ...KALSHI, target: { apiKeyId: KEY } },
    `kalshi/delete-key --secret … --target ${KEY} --reason manual`,
  ],
  [
    'a sub key by its identifier',
    { ...SUB, target: { apiKey: 'SUB', subMemberId: '7' }, reason: 'leaked' },
    'bybit/delete-sub-key --secret … --target SUB --sub-member-id 7 --reason leaked',
  ],
  [
    'a sub key in a secret',
    { ...SUB, target: { secretId: 'key-revoker/s', secretVersion: 'v1' } },
    'bybit/delete-sub-key --secret … --target secret:key-revoker/s --target-version v1 --reason manual',
  ],
])('asks another signer for %s', (_what, request, words) =>
  expect(another('permission-missing', request)).toBe(`  key-revoker request ${words} --wait`),
);

it.each([
  ['a master key, which nobody else can delete', 'permission-missing', MASTER],
  ['an end that another signer does not fix', 'credential-missing', { ...KALSHI, target: 'self' }],
  [
    'an update',
    'permission-missing',
    { ...SUB, operation: 'update-sub-key', target: 'self', settings: { readOnly: 1 } },
  ],
])('asks no other signer for %s', (_what, code, request) =>
  expect(shownFor(code, request)).toEqual([
    'Once the cause is fixed:',
    "  key-revoker stuck redrive 'it'\\''s' --wait",
    'If the key was handled elsewhere:',
    "  key-revoker stuck forget 'it'\\''s' --by … --reason …",
  ]),
);

it('sends nothing of a message that was not a valid request', () =>
  expect(shownFor('permission-missing', { no: 'request' })).toEqual([
    'If the key was handled elsewhere:',
    "  key-revoker stuck forget 'it'\\''s' --by … --reason …",
  ]));

it('sends what the ledger does not know only as a request of the operator’s own, and words nothing else for it', () =>
  expect(shownFor('permission-missing', { ...KALSHI, target: 'self' }, false)).toEqual([
    'If you would ask for this yourself, send it as a new request of yours:',
    "  key-revoker stuck redrive 'it'\\''s' --unknown --wait",
    'If the key was handled elsewhere:',
    "  key-revoker stuck forget 'it'\\''s' --by … --reason …",
  ]));
