import { describe, expect, it } from 'vitest';
import { parseRequest } from '../functions/core/request/parse-request.ts';
import { requestForm } from '../functions/core/request/revocation-request.ts';
import { withoutSecrets } from '../functions/core/request/secret-scan.ts';
import * as PROVIDERS from '../functions/providers/index.ts';
import { rowsUnder, textOf } from './pages.ts';

/** How a request is read, with these fields instead of those of a good one: `taken`, or the code and the sentence of its refusal. */
const readWith = (fields: Readonly<Record<string, unknown>>): string => {
  const good = { provider: 'bybit', operation: 'delete-sub-key', secretId: 'key-revoker/a', target: 'self' };
  const parsed = parseRequest(PROVIDERS, JSON.stringify({ ...good, ...fields }));
  return parsed.kind === 'request' ? 'taken' : `${parsed.code}: ${parsed.message}`;
};

describe('the formats', () => {
  /** Where each field stands, and a character that it takes. */
  const FIELDS: Readonly<Record<string, (length: number) => Record<string, unknown>>> = {
    apiKey: (length) => ({ target: { apiKey: 'A'.repeat(length) } }),
    subMemberId: (length) => ({ target: { apiKey: 'A', subMemberId: '1'.repeat(length) } }),
    secretId: (length) => ({ secretId: 'A'.repeat(length) }),
    secretVersion: (length) => ({ secretVersion: 'A'.repeat(length) }),
    requestedBy: (length) => ({ requestedBy: '.'.repeat(length) }),
    reference: (length) => ({ reference: '.'.repeat(length) }),
    requestId: (length) => ({ requestId: 'A'.repeat(length) }),
  };
  const rows = [...rowsUnder('docs/requests.md', 'Request')].filter(([, takes = '']) => /\b1 to \d+/.test(takes));
  const stated = rows.flatMap(([names = '', takes = '']) =>
    [...names.matchAll(/`(\w+)`/g)].map(([, name = '']) => [name, Number(/\b1 to (\d+)/.exec(takes)?.[1])] as const),
  );

  it('are those of every field that can be too long', () =>
    expect(new Set(stated.map(([name]) => name))).toEqual(new Set(Object.keys(FIELDS))));

  it.each(stated)('take up to the length that is stated for %s, and no more', (name, most) => {
    const field = FIELDS[name] ?? (() => ({}));
    expect(readWith(field(1))).toBe('taken');
    expect(readWith(field(most))).toBe('taken');
    expect(readWith(field(most + 1))).toMatch(/^malformed: /);
    expect(readWith(field(0))).toMatch(/^malformed: /);
  });

  it('take every character that is stated', () => {
    for (const [name = '', takes = ''] of rowsUnder('docs/requests.md', 'Request')) {
      const [, characters] = /letters, digits and (`.*)\.$/.exec(takes) ?? [];
      if (characters === undefined) continue;
      const text = `aZ9${characters.replaceAll(/[` ]|and/g, '')}`;
      const field = name.replaceAll('`', '');
      expect(readWith(field === 'apiKey' ? { target: { apiKey: text } } : { [field]: text })).toBe('taken');
    }
  });
});

describe('what looks like a secret', () => {
  const LONG = 'a1'.repeat(16);
  const [, section = ''] = textOf('docs/requests.md').split('\n### No secrets\n');
  const [, exempt = ''] = /the fields for identifiers: ([^;]+);/.exec(section) ?? [];
  const fields = [...exempt.matchAll(/`(\w+)`/g)].map(([, name = '']) => name);
  const inTarget = ['apiKey', 'apiKeyId', 'subMemberId'];

  it('is no identifier', () => {
    expect(fields).toHaveLength(6);
    for (const name of fields)
      expect(readWith(inTarget.includes(name) ? { target: { [name]: LONG } } : { [name]: LONG })).not.toMatch(
        /^secret/,
      );
  });

  it.each<[string, Record<string, string>, boolean]>([
    ['32 unbroken characters', { reference: LONG }, true],
    ['31 of them', { reference: LONG.slice(1) }, false],
    ['an id', { reference: 'see a952bcbe-ec3b-4b5b-b8f9-11dae589608c' }, false],
    ['an ARN', { requestedBy: `arn:aws:iam::123456789012:role/${LONG}` }, false],
    ['a long part between slashes', { requestedBy: `a/${LONG}` }, true],
    ['short parts between slashes', { requestedBy: 'part-of-a-path/part-of-a-path/part-of-a-path' }, false],
    [
      'a URL of short parts',
      { reference: 'https://tickets.example/browse/INC-2041/part-of-a-path/part-of-a-path' },
      false,
    ],
    ['such parts where there is no URL', { reference: 'part-of-a-path/part-of-a-path/part-of-a-path' }, true],
    ['a user in a URL', { reference: 'https://me@tickets.example/' }, true],
    ['a marker in an identifier', { secretId: 'rqsty-sk-1' }, true],
    ['a private key', { reference: 'BEGIN PRIVATE KEY' }, true],
  ])('%s: %j is taken out: %s', (_what, given, isTakenOut) =>
    expect(withoutSecrets(requestForm(PROVIDERS), given).fields.length > 0).toBe(isTakenOut),
  );
});
