import { describe, expect, it } from 'vitest';
import { Unavailable } from '../../../../functions/core/fault.ts';
import { oneByOne } from '../../../../functions/core/sweep/one-by-one.ts';
import { memoryPorts } from '../memory-ports.ts';

const down = () => Promise.reject(new Unavailable('Cannot read the ledger'));
const defect = () => Promise.reject(new TypeError('x is undefined'));
const well = async () => 'done';

const serving = () => {
  const memory = memoryPorts();
  return { ...oneByOne(memory.ports, 'gauge'), lines: memory.lines };
};

describe('items that are served one by one', () => {
  it('come back as they were served', async () => {
    const { serve, finish, lines } = serving();
    expect(await serve('a', well)).toBe('done');
    finish();
    expect(lines).toEqual([]);
  });

  it.each([
    ['a service', down, 'Cannot read the ledger'],
    ['the product', defect, 'defect'],
  ])('are logged where %s fails, and the others are served', async (_what, work, problem) => {
    const { serve, finish, lines } = serving();
    expect([await serve('a', work), await serve('b', well)]).toEqual([undefined, 'done']);
    finish();
    expect(lines).toEqual([['ledger item failed', { what: 'gauge', name: 'a', problem }]]);
  });

  it('are left alone once ten in a row find a service down', async () => {
    const { serve } = serving();
    for (let n = 1; n < 10; n += 1) await serve(`a${n}`, down);
    await serve('b', well);
    for (let n = 1; n < 10; n += 1) await serve(`c${n}`, down);
    await expect(serve('d', down)).rejects.toThrow(new Unavailable('Cannot read the ledger'));
  });

  it('do not count as a service that is down where the product fails', async () => {
    const { serve, finish } = serving();
    for (let n = 0; n < 12; n += 1) expect(await serve(`a${n}`, defect)).toBeUndefined();
    finish();
  });

  it('were not served at all where a service was down for each', async () => {
    const { serve, finish } = serving();
    await serve('a', down);
    await serve('b', defect);
    expect(finish).toThrow(new Unavailable('Cannot read the ledger'));
    await serve('c', well);
    finish();
  });
});
