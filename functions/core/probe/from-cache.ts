import type { Reply } from '../provider.ts';

/** The words of caches for "from me". A page that a cache asked its origin about again is still the cache's. */
const HIT = /(?:hit|stale|updating|revalidated|prerender)(?![a-z])/i;

/**
 * The headers in which caches say whose reply it is, and when the reply is theirs. Not here: `x-cache-lookup`, which tells what a cache
 * holds, and not what it sent.
 */
const CACHE_HEADERS: readonly (readonly [header: string, isFromCache: RegExp])[] = [
  // RFC 9111: how many seconds ago the provider gave this reply. A live reply has none, or 0.
  ['age', /[1-9]/],
  // RFC 9211: `ExampleCache; hit`. With `fwd=stale` the cache asked its origin.
  ['cache-status', /;\s*hit(?![\w=-])/i],
  // CloudFront, Fastly, Akamai, Azure, Squid: `Hit from cloudfront`, `MISS, HIT`, `TCP_MEM_HIT from …`.
  ['x-cache', HIT],
  // Fastly: how often each of its caches has served the object.
  ['x-cache-hits', /[1-9]/],
  // nginx and what is built on it.
  ['x-cache-status', HIT],
  ['x-proxy-cache', HIT],
  ['x-cdn-cache-status', HIT],
  ['cf-cache-status', HIT],
  ['cdn-cache', HIT],
  ['x-vercel-cache', HIT],
  ['x-litespeed-cache', HIT],
  // Varnish names two requests if the reply was made for an earlier one.
  ['x-varnish', /\d\s+\d/],
];

/**
 * Whether a cache answered in place of the provider. Such a reply says nothing of the key as it is now, and perhaps something of another
 * key.
 *
 * @returns the header that shows it; `undefined` if the reply is the provider's own
 */
export const cacheHeaderIn = ({ headers }: Reply): string | undefined =>
  CACHE_HEADERS.find(([header, isFromCache]) => isFromCache.test(headers[header] ?? ''))?.[0];

/** How the evidence names such a reply. */
export const codeOfCache = (header: string): string => `from a cache: ${header}`;
