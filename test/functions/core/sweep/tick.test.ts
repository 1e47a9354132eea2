import { expect, it } from 'vitest';
import { Unavailable } from '../../../../functions/core/fault.ts';
import { tick } from '../../../../functions/core/sweep/tick.ts';
import { memoryPorts } from '../memory-ports.ts';

const AHEAD = 900_000;

it('tells how much is open, sweeps, and looks after the cases once a day', async () => {
  const memory = memoryPorts();
  const none = { secrets: 0, sent: 0, left: 0, unreadable: 0 };
  const gauges = { openCases: 0, oldestOpenCaseSeconds: 0, pausedSeconds: 0, reconciliationAgeSeconds: 0 };
  const windows = { resent: 0, notConfirmed: 0 };
  expect(await tick(memory.ports, AHEAD)).toEqual({
    ...none,
    gauges,
    windows,
    controls: 0,
    lookedAfter: { resent: 0, looks: 0, copies: 0 },
  });
  expect(memory.lines.map(([event]) => event)).toEqual([
    'gauges read',
    'windows read',
    'sweep done',
    'look-after done',
  ]);
  expect(await tick(memory.ports, AHEAD)).toEqual({ ...none, gauges, windows, controls: 0, lookedAfter: undefined });
});

it('tells how much is open also where the sweep fails, which then does not count as run', async () => {
  const memory = memoryPorts();
  memory.ports.vault = {
    ...memory.ports.vault,
    tagged: () => {
      throw new Unavailable('down');
    },
  };
  await expect(tick(memory.ports, AHEAD)).rejects.toBeInstanceOf(Unavailable);
  expect(memory.lines.map(([event]) => event)).toEqual(['gauges read', 'windows read']);
});
