import type { Fault } from '../../../infra/local/sandbox/index.ts';
import type { ProviderName } from '../../../infra/provider-names.ts';
import type { OWNERS } from './fleet.ts';

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;

const reply = (status: number, headers: Readonly<Record<string, string>> = {}, body = ''): Fault => ({
  kind: 'reply',
  status,
  headers,
  body,
});

/** Every way in which a provider is out, from the instant when it is back. */
export const KINDS = {
  'no reply': () => ({ kind: 'hang' }),
  'broken connections': () => ({ kind: 'dropBefore' }),
  '503': () => reply(503),
  'a page for people': () => reply(200, { 'content-type': 'text/html' }, '<html>We will be back soon</html>'),
  '429': () => reply(429),
  '429 until then': (endsAt) =>
    reply(429, { 'x-bapi-limit-reset-timestamp': String(endsAt), 'retry-after': new Date(endsAt).toUTCString() }),
  'address banned': () => reply(403, {}, 'access too frequent'),
} as const satisfies Readonly<Record<string, (endsAt: number) => Fault>>;

/** How long after its end a provider may still be left alone because of what it said last. */
export const TOLD_MS: Readonly<Partial<Record<Kind, number>>> = { 'address banned': 10 * MINUTE };

export type Kind = keyof typeof KINDS;

/** One provider is out for a while, with keys to be deleted there and at the others. */
export interface Outage {
  readonly provider: ProviderName;
  /** @default 'many' */
  readonly owners?: keyof typeof OWNERS;
  readonly kind: Kind;
  /** None at all: everything comes within a second. */
  readonly ms: number;
  /** Keys to be deleted at the provider that is out; every fifth is urgent. */
  readonly size: number;
  /** At each of the others. */
  readonly elsewhere: number;
  readonly seed: number;
}

export const nameOf = ({ ms, provider, kind, size }: Outage): string => {
  if (ms === 0) return `no outage, ${provider}: ${size} requests of one account at once`;
  const length = ms < HOUR ? `${ms / MINUTE} min` : `${ms / HOUR} h`;
  return `outage ${length}, ${provider}, ${kind}: ${size} requests`;
};
