import { expect, it } from 'vitest';
import type { HttpCall } from '../../../functions/core/provider.ts';
import { ADDRESSES, connectionsOf } from './connections.ts';
import { drawFor } from './draw.ts';

const reading = { host: 'a.example', changes: false } as HttpCall;
const call = { ...reading, changes: true };

it('readings share a connection that has not rested for long', () => {
  const connectionFor = connectionsOf(drawFor('kept'));
  const first = connectionFor(reading, 0);
  expect(connectionFor(reading, 4_000)).toBe(first);
  expect(connectionFor(reading, 8_000)).toBe(first);
  expect(connectionFor(reading, 12_001).number).not.toBe(first.number);
});

it('a call, and another host, have a connection of their own', () => {
  const connectionFor = connectionsOf(drawFor('own'));
  const first = connectionFor(reading, 0);
  expect(connectionFor(call, 1).number).not.toBe(first.number);
  expect(connectionFor({ ...reading, host: 'b.example' }, 1).number).not.toBe(first.number);
  expect(connectionFor(reading, 1)).toBe(first);
});

it('connections lead to every address of a host', () => {
  const connectionFor = connectionsOf(drawFor('addresses'));
  const addresses = new Set(Array.from({ length: 100 }, () => connectionFor(call, 0).address));
  expect(addresses.size).toBe(ADDRESSES);
});
