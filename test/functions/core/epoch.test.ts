import { expect, it } from 'vitest';
import { after, earlier, epochMs, fromIso, later, toIso } from '../../../functions/core/epoch.ts';

const NOON = Date.UTC(2026, 10, 21, 12);

it.each([
  ['2026-11-21T12:00:00Z', NOON],
  ['2026-11-21t12:00:00z', NOON],
  ['2026-11-21T12:00:00.25Z', NOON + 250],
  ['2026-11-21T14:30:00+02:30', NOON],
  ['2026-11-21T04:00:00-08:00', NOON],
  ['2028-02-29T00:00:00Z', Date.UTC(2028, 1, 29)],
  ['2026-04-30T00:00:00Z', Date.UTC(2026, 3, 30)],
])('reads %s', (text, expected) => expect(fromIso(text)).toBe(expected));

it.each([
  ['only a date', '2026-11-21'],
  ['a time without a zone', '2026-11-21T12:00:00'],
  ['a time without seconds', '2026-11-21T12:00Z'],
  ['a blank in place of the T', '2026-11-21 12:00:00Z'],
  ['31 April', '2026-04-31T00:00:00Z'],
  ['29 February of a common year', '2026-02-29T00:00:00Z'],
  ['a thirteenth month', '2026-13-01T00:00:00Z'],
  ['a month of zero', '2026-00-10T00:00:00Z'],
  ['a day of zero', '2026-01-00T00:00:00Z'],
  ['an hour of 25', '2026-01-01T25:00:00Z'],
  ['an hour of 24', '2026-01-01T24:00:00Z'],
  ['a zone of 99 hours', '2026-01-01T00:00:00+99:00'],
  ['epoch milliseconds', String(NOON)],
  ['a year of six digits', '+002026-11-21T12:00:00Z'],
  ['text behind the zone', '2026-11-21T12:00:00Z '],
  ['text before the year', ' 2026-11-21T12:00:00Z'],
  ['nothing', ''],
])('does not read %s', (_what, text) => expect(fromIso(text)).toBeUndefined());

it('writes what it reads', () => expect(toIso(epochMs(NOON + 5))).toBe('2026-11-21T12:00:00.005Z'));

it('orders and moves instants', () => {
  const [a, b] = [epochMs(1), epochMs(2)];
  expect([earlier(a, b), earlier(b, a), later(a, b), later(b, a), after(b, -2)]).toEqual([1, 1, 2, 2, 0]);
});
