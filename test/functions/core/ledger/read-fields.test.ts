import { describe, expect, it } from 'vitest';
import {
  allOrNothing,
  fields,
  flag,
  list,
  needed,
  number,
  object,
  optional,
  type Reader,
  record,
  revision,
  text,
  textOrObject,
} from '../../../../functions/core/ledger/read-fields.ts';

/** What a reader makes of a value, and the places that it cannot read. */
const read = (reader: Reader, value: unknown) => {
  const places: string[] = [];
  return [reader(value, '', (place) => places.push(place)), places];
};

const PAIR = fields<{ a: string; b: number }>({ a: needed(text, 'none'), b: optional(number) });

describe('a value', () => {
  it.each<[string, Reader, unknown, unknown]>([
    ['a text', text, 'a', 1],
    ['a number', number, 0, '0'],
    ['a flag', flag, false, 'false'],
    ['an object', object, { a: 1 }, [1]],
    ['an object that is null', object, {}, null],
    ['a text or an object: a text', textOrObject, 'self', 1],
    ['a text or an object: an object', textOrObject, {}, ['self']],
    ['a revision', revision, 1, 0],
    ['a revision that is a text', revision, 2, '2'],
    ['a list', list(text), ['a'], 'a'],
    ['a record', record(text), { x: 'a' }, ['a']],
    ['its fields', PAIR, { a: 'x' }, 'x'],
  ])('is read as %s, or not at all', (_what, reader, right, wrong) => {
    expect(read(reader, right)).toEqual([right, []]);
    expect(read(reader, wrong)).toEqual([undefined, ['']]);
    expect(read(reader, undefined)).toEqual([undefined, ['']]);
  });

  it.each<[string, Reader, unknown, unknown, readonly string[]]>([
    ['of a list the parts', list(text), ['a', 1, 'b', null], ['a', 'b'], ['1', '3']],
    ['of a record the parts', record(number), { x: 1, y: 'z' }, { x: 1 }, ['y']],
    ['at any depth', record(record(text)), { x: { y: 1, z: 'a' } }, { x: { z: 'a' } }, ['x.y']],
    ['in place of a needed field what stands in for it', PAIR, { a: 1, b: 2 }, { a: 'none', b: 2 }, ['a']],
    ['in place of an absent one too', PAIR, { b: 2 }, { a: 'none', b: 2 }, ['a']],
    ['without an optional field', PAIR, { a: 'x', b: 'y' }, { a: 'x' }, ['b']],
    ['an optional field that is null as unreadable', PAIR, { a: 'x', b: null }, { a: 'x' }, ['b']],
    ['with what a later release has added', PAIR, { a: 'x', c: [null] }, { a: 'x', c: [null] }, []],
    ['as a whole or not at all', allOrNothing(PAIR), { a: 'x', b: 'y' }, undefined, ['b']],
    ['whole with what was added', allOrNothing(PAIR), { a: 'x', c: 1 }, { a: 'x', c: 1 }, []],
  ])('is read as far as it can be: %s', (_what, reader, value, expected, places) => {
    // Strictly: what cannot be read is not there, not even as `undefined`.
    expect(read(reader, value)).toStrictEqual([expected, places]);
  });

  it('says where a fault is', () => {
    const nested = fields<{ pair: object }>({ pair: needed(list(allOrNothing(PAIR))) });
    expect(read(nested, { pair: [{ a: 'x' }, { a: 1 }] })).toEqual([{ pair: [{ a: 'x' }] }, ['pair.1.a']]);
  });
});
