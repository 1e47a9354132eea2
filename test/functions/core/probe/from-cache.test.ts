import fc from 'fast-check';
import { expect, it } from 'vitest';
import { cacheHeaderIn, codeOfCache } from '../../../../functions/core/probe/from-cache.ts';
import { NOON } from '../rounds.ts';

const shown = (headers: Readonly<Record<string, string>>): string | undefined =>
  cacheHeaderIn({ status: 200, headers, body: '', at: NOON });

it.each([
  ['age', '1'],
  ['age', '7'],
  ['age', '0, 10'],
  ['age', '600'],
  ['cache-status', 'ExampleCache; hit'],
  ['cache-status', 'Origin; fwd=miss, "Edge";hit;ttl=30'],
  ['x-cache', 'HIT'],
  ['x-cache', 'Hit from cloudfront'],
  ['x-cache', 'RefreshHit from cloudfront'],
  ['x-cache', 'HitStale from child'],
  ['x-cache', 'MISS, HIT'],
  ['x-cache', 'TCP_MEM_HIT from a23-1-2-3 (AkamaiGHost)'],
  ['x-cache', 'hit-stale'],
  ['x-cache-hits', '0, 1'],
  ['x-cache-hits', '10'],
  ['x-cache-status', 'STALE'],
  ['x-cache-status', 'UPDATING'],
  ['x-cache-status', 'REVALIDATED'],
  ['x-proxy-cache', 'HIT'],
  ['x-cdn-cache-status', 'HIT'],
  ['cf-cache-status', 'HIT'],
  ['cf-cache-status', 'STALE'],
  ['cdn-cache', 'HIT'],
  ['x-vercel-cache', 'PRERENDER'],
  ['x-litespeed-cache', 'hit,private'],
  ['x-varnish', '32770 3'],
  ['x-varnish', '32770  3'],
])('knows a cache by %s: %s', (header, value) => expect(shown({ date: 'x', [header]: value })).toBe(header));

it.each([
  ['age', '0'],
  ['age', ''],
  ['cache-status', 'ExampleCache; fwd=miss; stored'],
  ['cache-status', 'ExampleCache; fwd=stale; fwd-status=200'],
  ['cache-status', 'hit-or-miss; fwd=uri-miss'],
  ['cache-status', 'ExampleCache; hits'],
  ['cache-status', 'ExampleCache; hit=?0'],
  ['x-cache', 'Miss from cloudfront'],
  ['x-cache', 'Error from cloudfront'],
  ['x-cache', 'TCP_MISS from hitachi.example.com'],
  ['x-cache', 'CONFIG_NOCACHE'],
  ['x-cache-hits', '0, 0'],
  ['x-cache-lookup', 'HIT from proxy:3128'],
  ['x-cache-status', 'BYPASS'],
  ['x-cache-status', 'EXPIRED'],
  ['cf-cache-status', 'DYNAMIC'],
  ['cf-cache-status', 'MISS'],
  ['x-varnish', '32770'],
  ['cache-control', 'max-age=10, stale-if-error=5'],
  ['etag', '"HIT"'],
])('takes a reply with %s: %s for the provider’s own', (header, value) =>
  expect(shown({ [header]: value })).toBeUndefined(),
);

it('takes a reply without such a header for the provider’s own', () => expect(shown({})).toBeUndefined());

it('knows every age of a second or more', () => {
  fc.assert(fc.property(fc.nat(), (age) => shown({ age: String(age) }) === (age > 0 ? 'age' : undefined)));
});

it('names the header and never its value', () => expect(codeOfCache('x-cache')).toBe('from a cache: x-cache'));
