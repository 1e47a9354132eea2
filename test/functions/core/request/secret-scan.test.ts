import fc from 'fast-check';
import { expect, it } from 'vitest';
import { requestForm } from '../../../../functions/core/request/revocation-request.ts';
import { isNotKnownToken, REMOVED, withoutSecrets } from '../../../../functions/core/request/secret-scan.ts';
import * as PROVIDERS from '../../../../functions/providers/index.ts';

const FORM = requestForm(PROVIDERS);

const LONG = 'a1B2+=_-'.repeat(4);
const UUID = '6f1c2b1e-6d0b-4c57-9a5f-2f3f3a1f9a55';
const TICKET = 'https://tickets.example.com/browse/projects/security/issues/INC-2041';
const SLASHED = 'a1B2+/=_-'.repeat(4).slice(0, 32);

it.each([
  ['a private key', { reference: 'x -----BEGIN RSA PRIVATE KEY----- y' }, ['reference']],
  ['a private key in an id field', { secretId: '-----begin private key-----' }, ['secretId']],
  ['a Requesty key', { target: { apiKey: 'RQSTY-sk-1' } }, ['apiKey']],
  ['user info in a URL', { reference: 'see https://user:pass@host/x' }, ['reference']],
  ['user info at the beginning, behind a letter', { reference: 'x://user@host' }, ['reference']],
  ['user info behind a scheme that ends in a digit', { reference: 'h2://user@host' }, ['reference']],
  ['32 unbroken characters', { reference: `is ${LONG} it` }, ['reference']],
  [
    '32 unbroken characters with a slash in them',
    { reference: 'abcdefgh0123456789/abcdefgh0123456789' },
    ['reference'],
  ],
  ['32 unbroken characters in a URL’s segment', { requestedBy: `https://host/${LONG}` }, ['requestedBy']],
  ['32 unbroken characters around a slash elsewhere', { expectedEnvironment: SLASHED }, ['expectedEnvironment']],
  ['a list’s item', { settings: { ips: ['1.2.3.4', LONG] } }, ['ips']],
  ['an ARN outside the claims', { expectedEnvironment: `arn:${LONG}` }, ['expectedEnvironment']],
  ['a private key behind an ARN', { requestedBy: 'arn:PRIVATE KEY' }, ['requestedBy']],
  ['a URL’s path where no ticket stands', { expectedEnvironment: TICKET }, ['expectedEnvironment']],
  ['a URL’s path behind other words', { reference: `see ${TICKET}` }, ['reference']],
  ['a URL’s path before other words', { reference: `${TICKET} ${SLASHED}` }, ['reference']],
  ['32 unbroken characters around a UUID', { reference: `${'g'.repeat(16)}${UUID}${'g'.repeat(16)}` }, ['reference']],
  ['a GitHub token', { requestId: `ghp_${'aB1'.repeat(12)}` }, ['requestId']],
  ['a fine-grained GitHub token', { target: { apiKey: `github_pat_${'aB1_'.repeat(6)}` } }, ['apiKey']],
  ['a GitLab token', { secretId: `key-revoker/glpat-${'aB1-_'.repeat(4)}` }, ['secretId']],
  ['a Slack token', { secretVersion: 'xoxb-0123456789-abc' }, ['secretVersion']],
  ['a Slack app token', { requestId: 'xapp-1-A0123456789' }, ['requestId']],
  ['an OpenAI key', { requestId: `sk-${'aB1'.repeat(12)}` }, ['requestId']],
  ['an OpenAI project key', { requestId: `sk-proj-${'aB1-_'.repeat(4)}` }, ['requestId']],
  ['an Anthropic key', { target: { apiKey: `sk-ant-api03-${'aB1-_'.repeat(4)}` } }, ['apiKey']],
  ['an AWS key id', { requestId: 'for AKIAIOSFODNN7EXAMPLE' }, ['requestId']],
  ['a JSON Web Token', { requestId: 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.x' }, ['requestId']],
  [
    'hex digits behind another word of an address',
    { reference: `https://git.example.com/x/y/${'0a'.repeat(20)}` },
    ['reference'],
  ],
  [
    'a commit’s address without a certificate',
    { reference: `http://git.example.com/a/b/commit/${LONG}` },
    ['reference'],
  ],
  ['more than a commit', { reference: `https://git.example.com/a/b/commit/${'0a'.repeat(33)}` }, ['reference']],
  ['a commit where no ticket stands', { expectedEnvironment: `git:${'0a'.repeat(20)}` }, ['expectedEnvironment']],
  ['a secret behind an ARN', { reference: `arn:aws:iam::123456789012:user/x ${LONG}` }, ['reference']],
  ['half an ARN', { reference: `arn:${LONG}` }, ['reference']],
  ['32 hex digits that are no UUID', { reference: '0123456789abcdef0123456789abcdef' }, ['reference']],
])('finds %s', (_what, message, fields) => {
  const found = withoutSecrets(FORM, message);
  expect(found.fields).toEqual(fields);
  expect(JSON.stringify(found.clean)).toContain(REMOVED);
});

it.each([
  ['31 unbroken characters', { reference: LONG.slice(1) }],
  [
    'a long identifier in an id field',
    { secretId: LONG, secretVersion: LONG, target: { apiKey: LONG, apiKeyId: LONG } },
  ],
  ['a long request id and sub account', { requestId: LONG, subMemberId: LONG }],
  ['a UUID anywhere', { settings: { ips: UUID } }],
  ['a whole UUID behind 31 unbroken characters', { reference: `${'g'.repeat(31)}${UUID}` }],
  ['a ticket’s URL', { reference: TICKET }],
  ['a ticket’s URL without a certificate', { reference: TICKET.replace('https', 'http') }],
  ['a sender as account and source', { requestedBy: '123456789012/com.example.security.operations/console' }],
  ['a sender whose parts are short', { requestedBy: 'abcdefgh0123456789/abcdefgh0123456789' }],
  ['an ARN as a reference', { reference: `arn:aws:states:us-east-1:123456789012:execution:${LONG}` }],
  [
    'an ARN as the one who asks',
    { requestedBy: 'arn:aws:sts::123456789012:assumed-role/AWSReservedSSO_SecurityOperators_0123456789abcdef/jane' },
  ],
  ['a URL without user info that has an @ in its path', { reference: 'https://host/a@b' }],
  ['a commit on GitHub', { reference: `https://github.com/acme/bot/commit/${'0a'.repeat(20)}` }],
  [
    'a commit, a tree and a file',
    {
      reference: ['commits', 'tree', 'blob']
        .map((word) => `https://git.example.com/a/b/-/${word}/${'0a'.repeat(32)}#L1`)
        .join(' '),
    },
  ],
  ['digests', { requestedBy: `sha1:${'0a'.repeat(20)} sha256:${'0a'.repeat(32)} git:${'0a'.repeat(20)}` }],
  ['a name with sk- in it', { secretId: 'key-revoker/desk-7-master-of-the-house-0123456789' }],
  ['a name that begins with sk-', { requestId: 'sk-trading-desk-production-1' }],
  ['numbers, null and booleans', { version: 1, dryRun: true, settings: null }],
])('leaves %s', (_what, message) => expect(withoutSecrets(FORM, message)).toEqual({ clean: message, fields: [] }));

it.each([
  [`ghp_${'aB1'.repeat(12)}`, false],
  ['AKIAIOSFODNN7EXAMPLE', false],
  [`sk-${'aB1'.repeat(12)}`, false],
  [`rqsty-sk-${'aB1'.repeat(20)}`, true],
  [`a key of a provider: ${LONG}`, true],
  ['-----BEGIN PRIVATE KEY-----', true],
])('tells tokens of well-known services from other secrets: %s', (text, expected) =>
  expect(isNotKnownToken(text)).toBe(expected),
);

it('removes only that value', () =>
  expect(withoutSecrets(FORM, { a: 1, reference: LONG, target: { apiKey: 'x' } })).toEqual({
    clean: { a: 1, reference: REMOVED, target: { apiKey: 'x' } },
    fields: ['reference'],
  }));

it('removes a field’s name that looks like a secret, and reads on in what it holds', () =>
  expect(withoutSecrets(FORM, { [LONG]: { b: LONG, c: 1 } })).toEqual({
    clean: { [REMOVED]: { b: REMOVED, c: 1 } },
    fields: [REMOVED, 'b'],
  }));

it('lets no such value through, wherever it stands', () =>
  fc.assert(
    fc.property(
      fc.stringMatching(/^[A-Za-z0-9+=_-]{32,80}$/),
      fc.array(fc.constantFrom('x', 'settings', 'reference')),
      (secret, path) => {
        const message = path.reduceRight<unknown>((inner, name) => ({ [name]: [inner] }), { note: secret });
        expect(JSON.stringify(withoutSecrets(FORM, message).clean)).not.toContain(secret);
      },
    ),
  ));

it('goes no deeper than any request does', () => {
  const nested = JSON.parse(`${'['.repeat(8_000)}${']'.repeat(8_000)}`) as unknown;
  expect(withoutSecrets(FORM, { a: nested })).toMatchObject({ fields: [] });
});

it.each([
  ['lists', (inner: unknown) => [inner]],
  ['objects', (inner: unknown) => ({ b: inner })],
  ['objects under a name that looks like a secret', (inner: unknown) => ({ [LONG]: inner })],
])('reads sixteen %s deep, and takes nothing along from below', (_what, around) => {
  const nested = (depth: number) => Array.from({ length: depth }).reduce<unknown>((inner) => around(inner), 'x');
  expect(JSON.stringify(withoutSecrets(FORM, nested(16)).clean)).toContain('"x"');
  expect(JSON.stringify(withoutSecrets(FORM, nested(17)).clean)).toContain('null');
  expect(JSON.stringify(withoutSecrets(FORM, nested(17)).clean)).not.toContain('"x"');
});
