import { CANNED_PAGE } from './canned-page.ts';
import type { Fault } from './faults.ts';

export interface FaultRow {
  readonly name: string;
  readonly fault: Fault;
  /** Whether a mutation that the provider's rules allow takes hold at once. */
  readonly applies: boolean;
}

const PAGE = CANNED_PAGE.forbidden;
const reply = (status: number, body = '', headers: Readonly<Record<string, string>> = {}) =>
  ({ kind: 'reply', status, headers, body }) as const;

/** Replies in place of the provider's own; each may hide a change that was made or one that was not. */
const REPLIES: readonly (readonly [string, ReturnType<typeof reply>])[] = [
  ['429 without a hint', reply(429)],
  ['429 with a time to wait', reply(429, '', { 'retry-after': '2' })],
  ['500', reply(500, '{"error":"internal"}', { 'content-type': 'application/json' })],
  ['502 page', reply(502, '<html>Bad Gateway</html>', { 'content-type': 'text/html' })],
  ['503', reply(503)],
  ['403 page', reply(403, PAGE.body, PAGE.headers)],
  ['401 without a body', reply(401)],
  ['200 without a body', reply(200)],
  ['200 page', reply(200, '<html>Welcome</html>', { 'content-type': 'text/html' })],
  ['200 null', reply(200, 'null', { 'content-type': 'application/json' })],
  ['200 empty object', reply(200, '{}', { 'content-type': 'application/json' })],
];

/** Faults that fit every exchange of every provider, to be crossed with exchanges. */
export const FAULT_TABLE: readonly FaultRow[] = [
  { name: 'dropped before', fault: { kind: 'dropBefore' }, applies: false },
  { name: 'dropped after', fault: { kind: 'dropAfter' }, applies: true },
  { name: 'hangs before', fault: { kind: 'hang' }, applies: false },
  { name: 'hangs after', fault: { kind: 'hangAfter' }, applies: true },
  { name: 'answered late', fault: { kind: 'delay', ms: 3_000 }, applies: true },
  { name: 'applied late', fault: { kind: 'late', ms: 3_000 }, applies: false },
  // Just inside the windows that are signed, and far outside them: nothing but a signature's window keeps it from being applied.
  { name: 'applied at the last moment', fault: { kind: 'late', ms: 4_900 }, applies: false },
  { name: 'applied much later', fault: { kind: 'late', ms: 20_000 }, applies: false },
  { name: 'cut before', fault: { kind: 'truncate', applied: false }, applies: false },
  { name: 'cut after', fault: { kind: 'truncate', applied: true }, applies: true },
  { name: 'stale', fault: { kind: 'stale' }, applies: true },
  { name: 'lags by 3 s', fault: { kind: 'lag', ms: 3_000 }, applies: true },
  { name: 'lags by 10 s', fault: { kind: 'lag', ms: 10_000 }, applies: true },
  { name: 'null list', fault: { kind: 'nullList' }, applies: true },
  { name: 'shifted page', fault: { kind: 'shiftPage' }, applies: true },
  ...REPLIES.flatMap(([name, fault]) => [
    { name: `${name}, not applied`, fault, applies: false },
    { name: `${name}, applied`, fault: { ...fault, applied: true }, applies: true },
  ]),
];
