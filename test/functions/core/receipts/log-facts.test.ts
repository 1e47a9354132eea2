import { expect, it } from 'vitest';
import { after } from '../../../../functions/core/epoch.ts';
import type { Receipt } from '../../../../functions/core/receipt.ts';
import { endFacts, findingFacts } from '../../../../functions/core/receipts/log-facts.ts';
import { NOON } from '../rounds.ts';

const RECEIPT = {
  requestId: 'R',
  attempt: 2,
  dryRun: false,
  provider: 'kalshi',
  outcome: 'stuck',
  code: 'unproven',
  calls: 3,
  request: { reason: 'manual' },
  key: null,
  timeToRevokeMs: null,
} as Receipt;
const FACTS = {
  requestId: 'R',
  attempt: 2,
  provider: 'kalshi',
  outcome: 'stuck',
  code: 'unproven',
  calls: 3,
  dryRun: false,
  urgent: false,
};

it.each<[string, object, object]>([
  ['an end', {}, {}],
  ['a dead key, with the time that it took', { timeToRevokeMs: 0 }, { timeToRevokeMs: 0 }],
  ['an end without a code', { code: null }, { code: '' }],
  ['a body that named no provider', { provider: null }, { provider: '' }],
  ['a leaked key', { request: { reason: 'leaked' } }, { urgent: true }],
  ['an incident', { request: { reason: 'incident' } }, { urgent: true }],
  ['a message that was sent with another id', { request: { reason: 'manual', id: 'mine' } }, { askedId: 'mine' }],
  ['a body that gave no reason', { request: { reason: null } }, {}],
  ['a known key, by its digest', { key: { id: 'K…1', digest: 'sha256:d' } }, { keyDigest: 'sha256:d' }],
])('says of %s', (_what, receipt, facts) =>
  expect(endFacts({ ...RECEIPT, ...receipt })).toEqual({ ...FACTS, ...facts }),
);

it.each<[string, object, object]>([
  ['a finding', {}, {}],
  ['a dead key, with the time that it took', { times: { goneAt: '2026-11-21T12:00:00.000Z' } }, { timeToConfirmMs: 9 }],
  ['how long the key could be used', { exposedMs: 0 }, { exposedMs: 0 }],
  ['one without a code', { code: null }, { code: '' }],
  ['one of a provider without a name', { provider: null }, { provider: '' }],
  ['a leaked key', { request: { reason: 'leaked' } }, { urgent: true }],
  ['which key', { key: { id: 'K…1', digest: 'sha256:d' } }, { keyDigest: 'sha256:d' }],
])('says of a finding: %s', (_what, fields, facts) => {
  const receipt = { ...RECEIPT, receiptId: 'R#2!1', times: {}, exposedMs: null, ...fields } as Receipt;
  expect(findingFacts(receipt, after(NOON, 9))).toEqual({
    ...{ requestId: 'R', receiptId: 'R#2!1', provider: 'kalshi', outcome: 'stuck', code: 'unproven', urgent: false },
    ...facts,
  });
});
