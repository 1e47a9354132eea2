import { expect, it } from 'vitest';
import type { Reply } from '../../../functions/core/provider.ts';
import { isWait, rejected, silent } from '../../../functions/providers/reply-meaning.ts';
import { alike, type Column, cells, replyReader } from '../../../functions/providers/reply-table.ts';
import { NOW, reply } from './ask.ts';

const OWN = silent({ end: 'stuck/request-rejected' });
const read = replyReader({
  rows: [
    [['gone', 'HTTP 410'], cells({ saw: 'unknown' }, silent({ wait: 'unrecognised' }), rejected())],
    [['HTTP 404'], cells(OWN, OWN, OWN, OWN, { saw: 'unlisted' })],
    [['HTTP 404 without JSON'], alike(silent({ wait: 'provider-down' }), rejected())],
    [['HTTP 2xx'], alike(silent({ wait: 'unrecognised' }), { saw: 'accepted' })],
    [['HTTP 201'], alike({ saw: 'alive' }, { saw: 'accepted' })],
  ],
  code: ({ body }) => (body.includes('gone') ? 'gone' : undefined),
  isOwn: ({ body }) => body.startsWith('{'),
  statusText: ({ status }, column) => `${status} to ${column}`,
  besides: ({ at }, meaning) => (isWait(meaning, 'rate-limited') ? { serverTime: at } : {}),
});
const of = (status: number, body = '{}', column: Column = 'own') => read(reply(status, body) as Reply, column);

it('finds a row by the code, by the status, and by the class of the status, in this order', () => {
  expect(of(200, '{"gone":1}')).toEqual({ saw: 'unknown', code: 'gone' });
  expect(of(410)).toEqual({ saw: 'unknown', code: '410 to own' });
  expect(of(201)).toEqual({ saw: 'alive', code: '201 to own' });
  expect(of(202)).toMatchObject({ saw: 'silent', means: { wait: 'unrecognised' } });
});

it('takes what has no row for no verdict', () =>
  expect(of(418)).toEqual({ saw: 'silent', means: { wait: 'unrecognised' }, code: '418 to own' }));

it.each([401, 403])('takes %i for no verdict where it is not the provider’s own', (status) => {
  expect(of(status, '<html>')).toEqual({
    saw: 'silent',
    means: { wait: 'unrecognised' },
    code: `HTTP ${status} without JSON`,
  });
});

it('has a row of its own for a 404 that is not the provider’s', () => {
  expect(of(404, '<html>')).toMatchObject({ means: { wait: 'provider-down' }, code: 'HTTP 404 without JSON' });
  expect(of(404)).toMatchObject({ means: { end: 'stuck/request-rejected' } });
  expect(of(400, '<html>').code).toBe('400 to own');
});

it('reads a row by who asks; a question about the target as one of the managing key’s own, where nothing else is said', () => {
  expect(of(404, '{}', 'lookup').saw).toBe('unlisted');
  expect(of(410, '{}', 'lookup')).toMatchObject({ saw: 'silent' });
  expect(of(410, '{}', 'own-call').saw).toBe('rejected');
  expect(of(410, '{}', 'managed-call').saw).toBe('rejected');
});

it.each([
  ['no reply', undefined, 'no-reply', 'no reply'],
  ['a limit', reply(429), 'rate-limited', '429 to own'],
  ['an outage', reply(599), 'provider-down', '599 to own'],
] as const)('knows %s without a row', (_what, one, wait, code) => {
  expect(read(one, 'own')).toMatchObject({ saw: 'silent', means: { wait }, code });
});

it('reads also by a table that knows nothing beside its rows', () => {
  const bare = replyReader({ rows: [], code: () => 'gone', isOwn: () => true, statusText: () => '' });
  expect(bare(reply(410), 'own')).toEqual({ saw: 'silent', means: { wait: 'unrecognised' }, code: 'gone' });
});

it('adds what a reply says beside its row', () => expect(of(429)).toMatchObject({ serverTime: NOW }));
