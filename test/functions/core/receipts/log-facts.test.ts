import { expect, it } from 'vitest';
import type { Receipt } from '../../../../functions/core/receipt.ts';
import { endFacts } from '../../../../functions/core/receipts/log-facts.ts';

const RECEIPT = {
  requestId: 'R',
  attempt: 2,
  dryRun: false,
  provider: 'kalshi',
  outcome: 'stuck',
  code: 'unproven',
  calls: 3,
  request: { reason: 'manual' },
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
  ['a body that gave no reason', { request: { reason: null } }, {}],
])('says of %s', (_what, receipt, facts) =>
  expect(endFacts({ ...RECEIPT, ...receipt })).toEqual({ ...FACTS, ...facts }),
);
