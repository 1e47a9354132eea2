import { expect, it } from 'vitest';
import type { Described } from '../../../../functions/core/ports.ts';
import { watchControls } from '../../../../functions/core/sweep/control-watch.ts';
import { memoryPorts } from '../memory-ports.ts';

const secret = (arn: string, provider: string, more: Partial<Described> = {}): Described => ({
  arn,
  name: `key-revoker/${arn}`,
  tags: { 'key-revoker:control': provider },
  stages: {},
  isReplica: false,
  ...more,
});

const KALSHI = 'sweep#controls kalshi';

it('notes the tagged secrets of each provider in one order, and writes only what has changed', async () => {
  const described = [
    secret('b', 'kalshi'),
    secret('a', 'kalshi'),
    secret('c', 'bybit'),
    secret('d', 'nobody'),
    secret('e', 'kalshi', { isReplica: true }),
    secret('g', 'kalshi', { isMarkedForDeletion: true }),
    secret('f', 'kalshi', { tags: { 'key-revoker:control': 'kalshi', 'key-revoker:provider': 'requesty' } }),
  ];
  const memory = memoryPorts({ described });
  const { vault } = memory.ports;
  const asked: string[][] = [];
  memory.ports.vault = {
    ...vault,
    tagged: (...of: string[]) => {
      asked.push(of);
      return vault.tagged('', '');
    },
  };
  expect(await watchControls(memory.ports)).toBe(3);
  expect(asked).toEqual([['key-revoker/', 'key-revoker:control']]);
  expect([...memory.items.keys()].toSorted()).toEqual(['sweep#controls bybit', KALSHI]);
  expect(memory.items.get(KALSHI)).toMatchObject({ rev: 1, arns: ['a', 'b'] });
  await watchControls(memory.ports);
  expect(memory.items.get(KALSHI)).toMatchObject({ rev: 1 });
});

it('forgets a secret that has lost its tag', async () => {
  const memory = memoryPorts();
  memory.items.set(KALSHI, { rev: 1, nonce: '', arns: ['a'] } as never);
  expect(await watchControls(memory.ports)).toBe(0);
  expect(memory.items.get(KALSHI)).toMatchObject({ rev: 2, arns: [] });
});

it('notes no more than twenty of a provider, always the same ones, and says how many it leaves out', async () => {
  const ten = Array.from({ length: 10 }, (_, n) => secret(`a${n}`, 'kalshi'));
  const eleven = Array.from({ length: 11 }, (_, n) => secret(`b${String(n).padStart(2, '0')}`, 'kalshi'));
  const memory = memoryPorts({ described: [...eleven, ...ten] });
  expect(await watchControls(memory.ports)).toBe(20);
  const { arns } = memory.items.get(KALSHI) as { arns?: readonly string[] };
  expect(arns).toEqual([...ten, ...eleven.slice(0, 10)].map(({ arn }) => arn));
  expect(memory.lines).toEqual([['control keys left out', { provider: 'kalshi', left: 1, most: 20 }]]);
});

it('leaves out none of twenty', async () => {
  const memory = memoryPorts({ described: Array.from({ length: 20 }, (_, n) => secret(String(n), 'kalshi')) });
  expect([await watchControls(memory.ports), memory.lines]).toEqual([20, []]);
});
