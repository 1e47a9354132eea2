import { expect, it } from 'vitest';
import type { RevocationRequest } from '../../../../functions/core/request/revocation-request.ts';
import { type DeliveryMode, runOf } from '../../../../functions/core/revoke/run.ts';
import { memoryPorts } from '../memory-ports.ts';
import { delivered, LEAKED, SELF } from '../scripted-system.ts';

const started = (change: object, isOrder = true) => {
  const memory = memoryPorts();
  const request = { ...SELF, ...change } as unknown as RevocationRequest;
  return runOf(memory.ports, delivered(memory, SELF), { isOrder } as DeliveryMode, request);
};

it('acts for no stored request of a provider that this release lacks: a release that has it finds the request again', () =>
  expect(() => started({ provider: 'deribit' })).toThrow('Cannot act at deribit, this release has no such provider'));

it('bypasses the breaker for an urgent request only', () => {
  expect(started(LEAKED)).toMatchObject({ provider: { name: 'kalshi' }, asking: { bypassesBreaker: true } });
  expect(started({ reason: 'manual' }).asking.bypassesBreaker).toBe(false);
});

it('waits for slots of a rate before the others if it is urgent, and behind them if it rechecks', () => {
  expect([started(LEAKED).asking.lane, started({ reason: 'manual' }).asking.lane]).toEqual(['urgent', 'requests']);
  expect([started(LEAKED, false).asking.lane, started({}, false).asking.lane]).toEqual(['rechecks', 'rechecks']);
});
