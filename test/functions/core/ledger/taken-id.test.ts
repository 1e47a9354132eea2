import { describe, expect, it } from 'vitest';
import type { RequestItem } from '../../../../functions/core/ledger/request-item.ts';
import { apartFrom, mayUseFirst } from '../../../../functions/core/ledger/taken-id.ts';
import type { RevocationRequest } from '../../../../functions/core/request/revocation-request.ts';
import * as PROVIDERS from '../../../../functions/providers/index.ts';

const PORTS = { providers: PROVIDERS, config: { ownRoles: ['AROAOWN'] } } as never;
const VERSION = '0f3c6a52-8d1e-4a57-9b0e-1a2b3c4d5e6f';
const EXPIRY = `expiry-${'0a'.repeat(32)}`;
const PIN = { keyName: 'bybit/mainnet/K' } as RequestItem['pin'];

const REQUEST = {
  provider: 'bybit',
  operation: 'delete-sub-key',
  secretId: 'key-revoker/desk',
  secretVersion: 'AWSCURRENT',
  target: 'self',
} as unknown as RevocationRequest;
const HOLDER = { requestId: 'R', planOnly: false, pin: undefined, former: undefined } as const;

const apart = (request: object, holder: Partial<RequestItem> = {}) =>
  apartFrom(PORTS, { ...HOLDER, ...holder }, { ...REQUEST, ...request });

describe('a request whose id another one has', () => {
  it.each([
    ['an identifier', { target: { apiKey: 'SUB1' } }],
    ['an identifier with a locator', { target: { apiKey: 'SUB1', subMemberId: '1' } }],
    ['the id of a version of its own secret', { secretVersion: VERSION }],
    ['the id of a version of another secret', { target: { secretId: 'key-revoker/sub', secretVersion: VERSION } }],
  ])('is carried out where it names its key by %s, and is bound to none', (_what, request) => {
    expect(apart(request)).toEqual({});
    expect(apart(request, { pin: PIN })).toEqual({});
  });

  it.each([
    ['self', {}],
    ['self at a stage label', { secretVersion: 'AWSPREVIOUS' }],
    ['another secret', { target: { secretId: 'key-revoker/sub' } }],
    ['another secret at a stage label', { target: { secretId: 'key-revoker/sub', secretVersion: 'AWSCURRENT' } }],
    // The version is the signer's.
    [
      'another secret, signed with the id of a version',
      { secretVersion: VERSION, target: { secretId: 'key-revoker/sub' } },
    ],
  ])('that names its key by %s is bound to the key that the other one has pinned, or refused', (_what, request) => {
    expect(apart(request)).toBeUndefined();
    expect(apart(request, { pin: PIN })).toEqual({ onlyKey: 'bybit/mainnet/K' });
    expect(apart(request, { former: PIN })).toEqual({ onlyKey: 'bybit/mainnet/K' });
    expect(apart(request, { pin: PIN, former: { keyName: 'else' } as RequestItem['pin'] })).toEqual({
      onlyKey: 'bybit/mainnet/K',
    });
  });

  it.each<[string, object, Partial<RequestItem>]>([
    ['an update', { operation: 'update-sub-key' }, {}],
    ['a dry run', {}, { planOnly: true }],
    ['one with the id of an expiry order', {}, { requestId: EXPIRY }],
  ])('is refused where it is %s', (_what, request, holder) =>
    expect(apart({ target: { apiKey: 'SUB1' }, ...request }, { pin: PIN, ...holder })).toBeUndefined(),
  );
});

describe('an id', () => {
  it.each([
    ['of an expiry order', EXPIRY, 'AROAOWN:sweep', true],
    ['of an expiry order', EXPIRY, 'AROAOTHER:me', false],
    ['that only begins like one', 'expiry-2027', 'AROAOTHER:me', true],
    ['of any other form', 'R', 'AROAOTHER:me', true],
  ])('%s (%s) may be used first by %s: %s', (_what, requestId, sender, may) =>
    expect(mayUseFirst(PORTS, { sender } as never, requestId)).toBe(may),
  );
});
