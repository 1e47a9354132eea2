import { describe, expect, it } from 'vitest';
import { SAW } from '../../../../functions/core/answer.ts';
import { jsonSchemas } from '../../../../functions/core/request/json-schemas.ts';
import { receiptShape } from '../../../../functions/core/request/receipt-shape.ts';
import * as PROVIDERS from '../../../../functions/providers/index.ts';
import { receiptForTest } from '../../edge/receipt-for-test.ts';

const SCHEMAS = jsonSchemas(PROVIDERS);
const REQUEST = SCHEMAS['request.schema.json'];
const OF_RECEIPT = SCHEMAS['receipt.schema.json'];
const ReceiptShape = receiptShape(PROVIDERS);
const INSTANT = { type: 'string', format: 'date-time' };
const AT = '2026-11-20T10:00:00.000Z';
const LINE = { at: AT, step: 'probe', asked: 'list', as: 'managing', host: 'h', saw: 'unlisted', code: '0' };
const RECEIPT = {
  ...receiptForTest(),
  change: { before: { readOnly: 0 }, after: {} },
  proof: {
    revision: 1,
    basis: 'reply-lost',
    control: 'none',
    tried: 'key',
    absences: 2,
    sightings: 0,
    connections: 4,
    addresses: ['203.0.113.7'],
    notAsked: [],
    lastSightingAt: AT,
    bound: 0.75,
    firstAbsenceAt: AT,
    spanMs: 0,
    settle: { windowMs: 1, source: 'measured', endsAt: AT },
  } as const,
  calls: 0,
  evidence: [LINE, { ...LINE, step: 'call', as: 'self' }],
  times: { dueAt: AT, receivedAt: AT, calledAt: AT, acceptedAt: AT, goneAt: AT },
};

describe('the shape of a receipt', () => {
  it.each([
    ['a key that was killed', {}],
    [
      'a message that was not a valid request',
      { provider: null, operation: null, environment: null, signer: null, key: null },
    ],
    ['an end with its code', { outcome: 'stuck', code: 'unproven' }],
    ['a rule of ours', { outcome: 'refused', code: 'too-far' }],
    ['a wait', { outcome: 'retry', code: 'no-reply', final: false, calls: 2 }],
    ['a proof without a call', { proof: { ...RECEIPT.proof, basis: null, firstAbsenceAt: null } }],
    ['a proof beside the managing key', { proof: { ...RECEIPT.proof, control: 'signer', notAsked: ['h'] } }],
    [
      'a proof beside a control key',
      { proof: { ...RECEIPT.proof, control: 'key' }, evidence: [{ ...LINE, as: 'control' }] },
    ],
    ['a proof by a list, over some time', { proof: { ...RECEIPT.proof, tried: 'list', spanMs: 1 } }],
    [
      'a refusal that may be an outage',
      {
        ...{ outcome: 'retry', code: 'refused-for-now', final: false },
        ...{ wouldEnd: 'stuck/credential-refused', retriedUntil: AT },
      },
    ],
    ['a finding', { outcome: 'unconfirmed', code: 'no-control', final: false, confirms: 'revoked', exposedMs: 12 }],
    ['nothing changed', { change: null, timeToRevokeMs: null, times: { dueAt: AT, receivedAt: AT } }],
  ])('takes %s', (_what, fields) => {
    const receipt = { ...RECEIPT, ...fields };
    expect(ReceiptShape.parse(receipt)).toEqual(receipt);
  });

  it.each<readonly [string, object]>([
    ['attempt 0', { attempt: 0 }],
    ['fewer than no calls', { calls: -1 }],
    ['an unknown outcome', { outcome: 'dead' }],
    ['an unknown code', { code: '' }],
    ['an unknown operation', { operation: '' }],
    ['an unknown provider', { provider: 'binance' }],
    ['an unknown step', { evidence: [{ ...LINE, step: '' }] }],
    ['an unknown asker', { evidence: [{ ...LINE, as: '' }] }],
    ['a field more', { more: 1 }],
    ['a field more of the request', { request: { ...RECEIPT.request, more: 1 } }],
    ['a field more of the signer', { signer: { ...RECEIPT.signer, more: 1 } }],
    ['a field more of the key', { key: { ...RECEIPT.key, more: 1 } }],
    ['a window of no length', { proof: { ...RECEIPT.proof, settle: { ...RECEIPT.proof.settle, windowMs: 0 } } }],
    ['a field more of the window', { proof: { ...RECEIPT.proof, settle: { ...RECEIPT.proof.settle, more: 1 } } }],
    ['a window of an unknown source', { proof: { ...RECEIPT.proof, settle: { ...RECEIPT.proof.settle, source: '' } } }],
    ['a bound above 1', { proof: { ...RECEIPT.proof, bound: 1.1 } }],
    ['fewer than no absences', { proof: { ...RECEIPT.proof, absences: -1 } }],
    ['fewer than no sightings', { proof: { ...RECEIPT.proof, sightings: -1 } }],
    ['fewer than no connections', { proof: { ...RECEIPT.proof, connections: -1 } }],
    ['a field more of the proof', { proof: { ...RECEIPT.proof, more: 1 } }],
    ['a proof of no revision', { proof: { ...RECEIPT.proof, revision: 0 } }],
    ['a proof on an unknown basis', { proof: { ...RECEIPT.proof, basis: '' } }],
    ['a proof beside an unknown key', { proof: { ...RECEIPT.proof, control: '' } }],
    ['a proof by an unknown way', { proof: { ...RECEIPT.proof, tried: '' } }],
    ['a proof that took less than no time', { proof: { ...RECEIPT.proof, spanMs: -1 } }],
    ['a proof that does not say what was not asked', { proof: { ...RECEIPT.proof, notAsked: undefined } }],
    ['an end that no refusal comes to', { wouldEnd: 'revoked' }],
    ['a field more of the change', { change: { ...RECEIPT.change, more: 1 } }],
    ['a field more of the evidence', { evidence: [{ ...LINE, more: 1 }] }],
    ['a field more of the times', { times: { ...RECEIPT.times, more: AT } }],
    ...Object.keys(RECEIPT).map((field) => [`no ${field}`, { [field]: undefined }] as const),
  ])('does not take %s', (_what, fields) =>
    expect(ReceiptShape.safeParse({ ...RECEIPT, ...fields }).success).toBe(false),
  );

  it('says which texts are instants', () => {
    const { properties } = OF_RECEIPT as { properties: Record<string, object> };
    expect(properties['evidence']).toMatchObject({ items: { properties: { saw: { enum: SAW } } } });
    expect(properties['times']).toMatchObject({ properties: { dueAt: INSTANT, goneAt: INSTANT } });
    expect(properties['evidence']).toMatchObject({ items: { properties: { at: INSTANT } } });
  });
});

it('says of a request which text is an instant', () => {
  const { anyOf } = REQUEST as { anyOf: readonly { properties: object }[] };
  for (const { properties } of anyOf) expect(properties).toMatchObject({ notBefore: INSTANT });
});

it.each([
  [REQUEST, 'Revocation request', /^The body of a message to the requests queue/],
  [OF_RECEIPT, 'Receipt', /^A message of the results topic/],
])('says what it is a schema of: %#', (schema, title, description) => {
  expect(schema).toMatchObject({ $schema: 'https://json-schema.org/draft/2020-12/schema', title });
  expect(schema?.['description']).toMatch(description);
});

it.each(Object.keys(PROVIDERS))('says what the credential for %s is a schema of', (provider) =>
  expect(SCHEMAS[`credential.${provider}.schema.json`]).toMatchObject({
    title: `Credential for ${provider}`,
    description: 'The value of a secret in Secrets Manager',
    type: 'object',
    additionalProperties: false,
  }),
);

it('wants one of the two secrets of a Bybit key', () =>
  expect(SCHEMAS['credential.bybit.schema.json']).toMatchObject({
    required: ['apiKey'],
    oneOf: [{ required: ['apiSecret'] }, { required: ['privateKey'] }],
  }));

it('has a file for each contract', () =>
  expect(Object.keys(SCHEMAS)).toEqual([
    'request.schema.json',
    'receipt.schema.json',
    ...Object.keys(PROVIDERS).map((provider) => `credential.${provider}.schema.json`),
  ]));
