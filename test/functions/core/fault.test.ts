import { expect, it } from 'vitest';
import { Fault, LeaseLost, Unavailable } from '../../../functions/core/fault.ts';

it.each([
  [new Fault('refused/malformed', 'Cannot read it'), 'Fault: Cannot read it'],
  [new Unavailable('gone'), 'Unavailable: gone'],
  [new LeaseLost('taken'), 'LeaseLost: taken'],
])('keeps its name where the bundle shortens that of its class: %s', (error, expected) =>
  expect(String(error)).toBe(expected),
);

it('has no evidence that it was not given', () =>
  expect(new Fault('refused/malformed', 'Cannot read it').evidence).toEqual([]));
