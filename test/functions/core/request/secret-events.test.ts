import { describe, expect, it } from 'vitest';
import { readSecretEvent, TAG_CALLS } from '../../../../functions/core/request/secret-events.ts';

const ARN = 'arn:aws:secretsmanager:us-west-2:123456789012:secret:key-revoker/x-a1b2c3';

/** As the user guide of Secrets Manager shows it. */
const LABEL = {
  version: '0',
  id: '6a7e8feb-b491-4cf7-a9f1-bf3703467718',
  'detail-type': 'Secret Label Updated',
  source: 'aws.secretsmanager',
  account: '123456789012',
  time: '2026-02-06T16:43:48Z',
  region: 'us-west-2',
  resources: [ARN],
  detail: { name: 'key-revoker/x', labelUpdated: 'AWSCURRENT', versionId: 'a1b2c3d4-5678-90ab-cdef-EXAMPLE11111' },
};

const DETAIL = {
  userIdentity: { type: 'AssumedRole', principalId: 'AROAEXAMPLE0000000001:session' },
  eventSource: 'secretsmanager.amazonaws.com',
  eventName: 'TagResource',
  requestParameters: { secretId: 'key-revoker/x', tags: [] },
  responseElements: null,
};

const call = (detail: object = {}, more: object = {}) => ({
  'detail-type': 'AWS API Call via CloudTrail',
  source: 'aws.secretsmanager',
  detail: { ...DETAIL, ...detail },
  ...more,
});

const read = (event: unknown) => readSecretEvent(JSON.stringify(event));

const byRole = 'AROAEXAMPLE0000000001';

describe('an event of a new version', () => {
  it('names its secret by the ARN', () => expect(read(LABEL)).toEqual({ of: 'label', secretId: ARN }));

  it('names its secret by the name where there is no ARN', () => {
    expect(read({ ...LABEL, resources: [] })).toEqual({ of: 'label', secretId: 'key-revoker/x' });
    expect(read({ ...LABEL, resources: undefined })).toEqual({ of: 'label', secretId: 'key-revoker/x' });
  });

  it('may name none', () => {
    for (const detail of [undefined, null, {}, { name: 7 }, { name: '' }])
      expect(read({ ...LABEL, resources: [7], detail })).toEqual({ of: 'label' });
  });
});

describe('an event of a call', () => {
  it.each(TAG_CALLS)('is read: %s', (eventName) =>
    expect(read(call({ eventName }))).toEqual({ of: 'tags', secretId: 'key-revoker/x', byRole }),
  );

  it.each(['arn', 'aRN', 'ARN'])('names its secret by the response, under %s', (name) =>
    expect(read(call({ responseElements: { [name]: ARN, name: 'key-revoker/x' } }))).toMatchObject({ secretId: ARN }),
  );

  it('names a new secret by its name', () =>
    expect(
      read(call({ eventName: 'CreateSecret', requestParameters: { name: 'key-revoker/y', clientRequestToken: 'z' } })),
    ).toMatchObject({ secretId: 'key-revoker/y' }));

  it('is about no secret where the call failed', () =>
    expect(read(call({ errorCode: 'AccessDenied' }))).toEqual({ of: 'tags', byRole }));

  it.each([
    ['of a user', { userIdentity: { principalId: 'AIDAEXAMPLE' } }, 'AIDAEXAMPLE'],
    ['of nobody', { userIdentity: null }, undefined],
  ])('says who called: one %s', (_what, detail, by) => expect(read(call(detail))?.byRole).toBe(by));

  it('names no secret of more letters than any has', () =>
    expect(read(call({ requestParameters: { secretId: 'x'.repeat(2_049) } }))).toEqual({ of: 'tags', byRole }));
});

it.each<[string, unknown]>([
  ['no JSON', undefined],
  ['a list', []],
  ['a text', 'x'],
  ['an event of others', { ...LABEL, source: 'acme' }],
  ['another event of the service', { ...LABEL, 'detail-type': 'Secret Rotated' }],
  ['another call', call({ eventName: 'GetSecretValue' })],
  ['a call without details', call({}, { detail: 'TagResource' })],
])('reads nothing of %s', (_what, event) => expect(readSecretEvent(JSON.stringify(event) ?? '{')).toBeUndefined());
