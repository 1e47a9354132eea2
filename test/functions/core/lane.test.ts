import { expect, it } from 'vitest';
import { type Lane, laneOf } from '../../../functions/core/lane.ts';
import { REASONS } from '../../../functions/core/reason.ts';

const OF_REASON: Readonly<Record<(typeof REASONS)[number], Lane>> = {
  leaked: 'urgent',
  incident: 'urgent',
  expired: 'requests',
  rotated: 'requests',
  offboarded: 'requests',
  manual: 'requests',
};

it.each(REASONS)('sends a request with the reason %s to the lane of its reason', (reason) =>
  expect(laneOf({ reason })).toBe(OF_REASON[reason]),
);

it.each(REASONS)('keeps a recheck out of the way of every request, also one with the reason %s', (reason) =>
  expect(laneOf({ reason, look: true })).toBe('rechecks'),
);

it('takes what says nothing of itself for an ordinary request', () =>
  expect([laneOf(), laneOf({ reason: null })]).toEqual(['requests', 'requests']));
