import { expect, it } from 'vitest';
import { Fault, NotYet, Unavailable } from '../../../functions/core/fault.ts';
import { LeaseLost } from '../../../functions/core/ledger/lease.ts';

it.each([
  [new Fault('refused/malformed', 'Cannot read it'), 'Fault: Cannot read it'],
  [new NotYet({ code: 'no-reply' }), 'NotYet: Cannot go on yet: no-reply'],
  [new Unavailable('gone'), 'Unavailable: gone'],
  [new LeaseLost('taken'), 'LeaseLost: taken'],
])('keeps its name where the bundle shortens that of its class: %s', (error, expected) =>
  expect(String(error)).toBe(expected),
);

it('has no evidence that it was not given', () =>
  expect(new Fault('refused/malformed', 'Cannot read it').evidence).toEqual([]));
