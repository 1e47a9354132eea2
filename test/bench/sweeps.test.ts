import { expect, it } from 'vitest';
import { TIMING } from '../../functions/core/timing.ts';
import { measureSweeps } from './sweeps/measure-sweeps.ts';
import { tellSweeps } from './sweeps/tell-sweeps.ts';

it('sweeps hundreds of secrets by as many calls as they need, and continues where its time ran out', async () => {
  // No time beyond the margin: each tick reads one page.
  const measured = await measureSweeps({ secrets: 500, laterTimeoutMs: TIMING.sweepMarginMs });
  const { first, later } = measured;
  expect(first).toMatchObject({ ticks: 1, secrets: 500, sent: 5 });
  // Five pages of tagged secrets, and the control keys.
  expect(first.calls).toMatchObject({ ListSecrets: 6, SendMessageBatch: 1 });
  expect(first.calls).not.toHaveProperty('SendMessage');
  expect(later).toMatchObject({ ticks: 5, secrets: 500, sent: 0 });
  expect(later.calls).toMatchObject({ ListSecrets: 6 });
  // One read of the ledger for each secret, and some for each tick.
  expect(later.calls['GetItem']).toBeLessThan(500 + 5 * 20);
  expect(later.calls).not.toHaveProperty('SendMessageBatch');
  expect(tellSweeps([measured])[1]).toMatch(/^ *500 +5 +6 +1 +1, 5 +[\d.]+ s +[\d.]+ s +[\d.]+ s +[\d.]+ MB +\d+ MB$/);
});
