import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import * as z from 'zod';
import { digestOf, isSameRequest, readAgain } from '../../../../functions/core/ledger/same-request.ts';
import type { Providers } from '../../../../functions/core/provider.ts';
import { parseRequest } from '../../../../functions/core/request/parse-request.ts';
import type { RequestForm, RevocationRequest } from '../../../../functions/core/request/revocation-request.ts';
import { SETTINGS } from '../../../../functions/providers/bybit/settings.ts';
import * as PROVIDERS from '../../../../functions/providers/index.ts';

/** Tomorrow's release: one more field of a request, and one more of an update's settings, both with a default. */
const tomorrow = vi.hoisted(() => new Set<unknown>());
/** Releases in which every field of a request has a default: what the field says here. */
const filled = vi.hoisted(() => new Map<unknown, Readonly<Record<string, unknown>>>());
vi.mock('../../../../functions/core/request/revocation-request.ts', async (original) => {
  const today = await original<typeof import('../../../../functions/core/request/revocation-request.ts')>();
  const requestForm = (providers: Providers): RequestForm => {
    const form = today.requestForm(providers);
    const whole = filled.get(providers);
    if (whole) {
      const within = (place: string, value: unknown) => ({ ...(whole[place] as object), ...(value as object) });
      const fill = (body: unknown) => {
        const { target, settings, ...rest } = body as Readonly<Record<string, unknown>>;
        const inside = whole['settings'] === undefined ? {} : { settings: within('settings', settings) };
        return { ...whole, ...rest, target: within('target', target), ...inside };
      };
      return { ...form, shape: z.preprocess(fill, form.shape) };
    }
    if (!tomorrow.has(providers)) return form;
    const options = form.options.map((option) => option.extend({ confirm: z.boolean().default(true) }));
    return { ...form, shape: z.discriminatedUnion('provider', options as never) as never };
  };
  return { ...today, requestForm };
});

const digest = (text: string): string => createHash('sha256').update(text).digest('hex');
const shape = (SETTINGS.shape as z.ZodObject).extend({ notify: z.boolean().default(false) });
const LATER = { ...PROVIDERS, bybit: { ...PROVIDERS.bybit, settings: { ...SETTINGS, shape } } } as unknown as Providers;
tomorrow.add(LATER);
const TODAY = { digest, providers: PROVIDERS };
const TOMORROW = { digest, providers: LATER };

type Body = Readonly<Record<string, unknown>>;

const read = ({ providers }: { readonly providers: Providers }, body: Body): RevocationRequest => {
  const parsed = parseRequest(providers, JSON.stringify(body));
  if (parsed.kind !== 'request') throw new Error(`Cannot read the body: ${parsed.message}`);
  return parsed.request;
};

/** A body without the fields that are not said. */
const said = (body: Body): Body => JSON.parse(JSON.stringify(body));
const maybe = <T>(...values: readonly T[]) => fc.constantFrom(undefined, ...values);

/** Bodies that release 0.1.0 could read. Each default is said, left out, or replaced. */
const BODY = fc
  .record({
    provider: fc.constant('bybit'),
    operation: fc.constantFrom('delete-master-key', 'delete-sub-key'),
    secretId: fc.constantFrom('key-revoker/a', 'key-revoker/b'),
    target: fc.constantFrom('self', { apiKey: 'AK1' }, { apiKey: 'AK1', subMemberId: '7' }),
    secretVersion: maybe('AWSCURRENT', 'v1'),
    reason: maybe('manual', 'leaked'),
    dryRun: maybe(false, true),
    version: maybe(1),
    reference: maybe('INC-1'),
  })
  .map(said);
const UPDATE = fc.record({ readOnly: fc.constantFrom(0, 1), acceptUndeletable: maybe(true) }).map((asked) => ({
  ...{ provider: 'bybit', operation: 'update-master-key', secretId: 'key-revoker/a', target: 'self' },
  settings: said(asked),
}));
const BODIES = fc.oneof(BODY, UPDATE);
const IDS = maybe('R', 'S');

/** What a body means, told apart from any schema: its fields over the defaults, without its id. */
const meaning = ({ requestId: _, ...body }: Body): unknown => ({
  ...{ version: 1, secretVersion: 'AWSCURRENT', reason: 'manual', dryRun: false, confirm: true },
  ...body,
  ...(body['settings'] !== undefined && { settings: { notify: false, ...(body['settings'] as Body) } }),
});
const isEqual = (a: Body, b: Body): boolean => {
  const sorted = (value: unknown): string =>
    JSON.stringify(value, (_, part) =>
      part && typeof part === 'object' ? Object.fromEntries(Object.entries(part).toSorted()) : part,
    );
  return sorted(meaning(a)) === sorted(meaning(b));
};

/** As release 0.1.0 made its digest. */
const digestOf010 = (body: Body): string => {
  const { requestId: _, ...fields } = read(TODAY, body);
  const sorted = JSON.stringify(fields, (_name, part) =>
    part && typeof part === 'object' && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
  return digest(sorted);
};

/** The same body with the later fields said as well. */
const withLater = (body: Body, confirm: boolean | undefined, notify: boolean | undefined): Body =>
  said({
    ...body,
    confirm,
    ...(body['settings'] !== undefined && { settings: { ...(body['settings'] as Body), notify } }),
  });

describe('the digest that is stored', () => {
  it('is the one of release 0.1.0, whatever has got a default since', () => {
    fc.assert(
      fc.property(BODIES, maybe(true), maybe(false), IDS, (body, confirm, notify, requestId) => {
        const later = said({ ...withLater(body, confirm, notify), requestId });
        expect(digestOf(TOMORROW, read(TOMORROW, later))).toBe(digestOf010(body));
        expect(digestOf(TODAY, read(TODAY, body))).toBe(digestOf010(body));
      }),
    );
  });

  const EVERY = {
    ...{ version: 1, secretId: 'key-revoker/a', secretVersion: 'v1', reason: 'leaked', requestId: 'R' },
    ...{ requestedBy: 'me', reference: 'INC-1', notBefore: '2026-11-21T12:00:00Z', expectedEnvironment: 'mainnet' },
    ...{ dryRun: true, look: true },
  };
  const UPDATED = {
    ...EVERY,
    ...{ provider: 'bybit', operation: 'update-sub-key', target: { apiKey: 'AK1', subMemberId: '7' } },
    settings: {
      readOnly: 1,
      permissions: { Wallet: ['AccountTransfer'] },
      ips: ['192.0.2.1'],
      acceptUndeletable: true,
    },
  };
  const DELETED = { ...EVERY, provider: 'kalshi', operation: 'delete-key' };

  it.each<[string, Body]>([
    ['a key and its settings', UPDATED],
    ['a key of another form', { ...DELETED, target: { apiKeyId: 'b1a7d8a0-0d5c-4f4e-9d0e-2f1c7a3b5e69' } }],
    ['a secret', { ...DELETED, target: { secretId: 'key-revoker/b', secretVersion: 'v2' } }],
  ])('leaves out no field that 0.1.0 knew, even where each has got its value as a default since: %s', (_what, body) => {
    const providers = { ...PROVIDERS };
    filled.set(providers, body);
    expect(digestOf({ digest, providers }, read({ providers }, body))).toBe(digestOf010(body));
  });

  it.each([
    ['a later field', withLater({ provider: 'kalshi', operation: 'delete-key' }, false, undefined)],
    [
      'a later field of the settings',
      withLater({ provider: 'bybit', operation: 'update-master-key', settings: { readOnly: 1 } }, undefined, true),
    ],
  ])('is another one where %s says more than its default', (_what, fields) => {
    const body = { secretId: 'key-revoker/a', target: 'self', ...fields };
    const { confirm: _c, settings: asked, ...rest } = body as Body;
    const { notify: _n, ...known } = (asked ?? {}) as Body;
    const older = { ...rest, ...(asked !== undefined && { settings: known }) };
    expect(digestOf(TOMORROW, read(TOMORROW, body))).not.toBe(digestOf010(older));
  });
});

describe('two requests', () => {
  it('are the same after an upgrade exactly where their meaning is', () => {
    fc.assert(
      fc.property(BODIES, BODIES, maybe(true, false), maybe(false, true), IDS, (a, b, confirm, notify, requestId) => {
        for (const body of [withLater(a, confirm, notify), withLater(b, confirm, notify)]) {
          const stored = { digest: 'of another release', request: read(TODAY, { ...a, requestId: 'R' }) };
          const asked = read(TOMORROW, said({ ...body, requestId }));
          expect(isSameRequest(TOMORROW, stored, asked)).toBe(isEqual(a, body));
        }
      }),
    );
  });

  it('are the same after a rollback exactly where their meaning is', () => {
    fc.assert(
      fc.property(BODIES, BODIES, maybe(true, false), maybe(false, true), (a, b, confirm, notify) => {
        for (const body of [a, b]) {
          const later = withLater(a, confirm, notify);
          const request = read(TOMORROW, { ...later, requestId: 'R' });
          const stored = { digest: digestOf(TOMORROW, request), request };
          expect(isSameRequest(TODAY, stored, read(TODAY, body))).toBe(isEqual(later, body));
        }
      }),
    );
  });

  const ASKED = { provider: 'kalshi', operation: 'delete-key', secretId: 'key-revoker/a', target: 'self' };

  it('are compared by what is stored, and not only by a digest that another release made', () => {
    const stored = { digest: digestOf(TODAY, read(TODAY, ASKED)), request: read(TODAY, ASKED) };
    expect(isSameRequest(TODAY, stored, read(TODAY, ASKED))).toBe(true);
    expect(isSameRequest(TODAY, { ...stored, digest: 'x' }, read(TODAY, ASKED))).toBe(true);
    expect(isSameRequest(TODAY, { ...stored, digest: 'x' }, read(TODAY, { ...ASKED, reason: 'leaked' }))).toBe(false);
  });

  it.each([
    ['its digest is that of the message', digestOf(TODAY, read(TODAY, ASKED)), true],
    ['its digest is another', 'x', false],
    ['its digest cannot be read either', '', true],
  ])('of which one cannot be read are the same where %s', (_what, stored, expected) => {
    expect(isSameRequest(TODAY, { digest: stored, request: undefined }, read(TODAY, ASKED))).toBe(expected);
  });

  const SECRET = 'a'.repeat(40);

  it.each<[string, Body, Body, boolean]>([
    ['what one scan has taken out of both', { reference: SECRET }, { reference: '[removed]' }, true],
    ['what is taken out of the stored one by now', { reference: SECRET }, {}, true],
    ['the rest', { reference: SECRET, reason: 'leaked' }, { reference: '[removed]' }, false],
    ['a field whose name was taken out of the stored one', { '[removed]': 1 }, {}, true],
    ['a text that is in one of them only', { reference: 'INC-1' }, { reference: '[removed]' }, false],
  ])('are compared without removed text: %s', (_what, storedFields, fields, expected) => {
    const stored = { ...read(TODAY, ASKED), ...storedFields } as RevocationRequest;
    expect(isSameRequest(TODAY, { digest: 'x', request: stored }, read(TODAY, { ...ASKED, ...fields }))).toBe(expected);
  });
});

describe('a stored request that is read again', () => {
  it('has the defaults of today', () => {
    const stored = { provider: 'kalshi', operation: 'delete-key', secretId: 'a', target: 'self', version: 1 };
    expect(readAgain(TODAY, stored as unknown as RevocationRequest)).toEqual({
      ...stored,
      secretVersion: 'AWSCURRENT',
      reason: 'manual',
      dryRun: false,
    });
  });

  it('stays as it is where today’s schema cannot read it', () => {
    const stored = { provider: 'kalshi', operation: 'rotate' } as unknown as RevocationRequest;
    expect(readAgain(TODAY, stored)).toEqual(stored);
  });
});
