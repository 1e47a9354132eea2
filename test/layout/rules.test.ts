import { describe, expect, it } from 'vitest';
import {
  againstTable,
  allImports,
  crowdedFolders,
  exportedTwice,
  inCycles,
  inOrder,
  longestChain,
  runtimeImports,
} from './rules.ts';
import { type SourceFile, sourceFile } from './source-files.ts';

/** @param imports of each file; one that begins with `type` is gone when the code runs */
const filesWith = (imports: Readonly<Record<string, readonly string[]>>): readonly SourceFile[] =>
  Object.entries(imports).map(([path, names]) => ({
    path,
    imports: names.map((name) => ({ of: name.replace(/^type /, ''), isType: name.startsWith('type ') })),
    exports: [],
  }));

const exporting = (exports: Readonly<Record<string, readonly string[]>>): readonly SourceFile[] =>
  Object.entries(exports).map(([path, names]) => ({ path, imports: [], exports: names }));

describe('a source file', () => {
  it.each([
    ["import { a } from './b.ts';", { of: 'x/b.ts', isType: false }],
    ["import {\n  a,\n  type B,\n} from '../b.ts';", { of: 'b.ts', isType: false }],
    ["import type { B } from './b.ts';", { of: 'x/b.ts', isType: true }],
    ["import * as z from 'zod';", { of: 'zod', isType: false }],
    ["import './b.ts';", { of: 'x/b.ts', isType: false }],
    ["export type { B } from './b.ts';", { of: 'x/b.ts', isType: true }],
    ["export * from './b.ts';", { of: 'x/b.ts', isType: false }],
    ["const b = await import('./b.ts');", { of: 'x/b.ts', isType: false }],
  ])('imports: %s', (text, expected) => {
    expect(sourceFile('x/a.ts', text).imports).toEqual([expected]);
  });

  it.each([
    ['export const a = 1;', ['a']],
    ['export type A = { readonly from: string };', ['A']],
    ['export async function* a() {}', ['a']],
    ['export abstract class A {}\nexport interface B {}', ['A', 'B']],
    ["export { a } from './b.ts';", []],
    ['const a = 1;', []],
  ])('exports: %s', (text, expected) => {
    expect(sourceFile('x/a.ts', text).exports).toEqual(expected);
  });
});

describe('a table of folders', () => {
  const TABLE = { ...inOrder('.', 'low', 'high'), apart: [] };

  it.each([
    ['core/low/a.ts', 'core/b.ts'],
    ['core/low/a.ts', 'core/low/b.ts'],
    ['core/high/a.ts', 'core/low/deep/b.ts'],
    ['core/b.ts', 'elsewhere/low/a.ts'],
  ])('lets %s import %s', (path, name) => {
    expect(againstTable('core', TABLE, filesWith({ [path]: [name] }))).toEqual([]);
  });

  it.each([
    ['core/b.ts', 'core/low/a.ts'],
    ['core/low/a.ts', 'core/high/b.ts'],
    ['core/low/a.ts', 'type core/high/b.ts'],
    ['core/low/deep/a.ts', 'core/high/b.ts'],
    ['core/apart/a.ts', 'core/b.ts'],
  ])('does not let %s import %s', (path, name) => {
    expect(againstTable('core', TABLE, filesWith({ [path]: [name] }))).toEqual([
      `${path} imports ${name.replace('type ', '')}`,
    ]);
  });

  it('knows every folder', () => {
    expect(againstTable('core', TABLE, filesWith({ 'core/new/a.ts': [] }))).toEqual([
      'core/new/a.ts is in no folder of the table',
    ]);
  });
});

describe('a cycle', () => {
  it.each([
    ['of two files', { a: ['b'], b: ['a'] }, ['a', 'b']],
    [
      'of three, and not what stands before and behind it',
      { x: ['a'], a: ['b'], b: ['c'], c: ['a', 'y'], y: [] },
      ['a', 'b', 'c'],
    ],
    ['of a file with itself', { a: ['a'] }, ['a']],
    ['of types', { a: ['type b'], b: ['a'] }, ['a', 'b']],
    ['and none where two ways lead to one file', { a: ['b', 'c'], b: ['d'], c: ['d'], d: ['zod'] }, []],
  ])('%s', (_what, imports, expected) => {
    expect(inCycles(allImports(filesWith(imports)))).toEqual(expected);
  });

  it('of types is none when the code runs', () => {
    expect(inCycles(runtimeImports(filesWith({ a: ['type b'], b: ['a'] })))).toEqual([]);
  });
});

describe('the longest chain', () => {
  it.each([
    ['of one file', { a: [] }, ['a']],
    ['takes the longer way', { a: ['d', 'b'], b: ['c'], c: ['d'], d: [] }, ['a', 'b', 'c', 'd']],
    ['stops at what is not ours', { a: ['b', 'zod'], b: ['node:fs'] }, ['a', 'b']],
    ['goes by types too', { a: ['type b'], b: ['c'], c: [] }, ['a', 'b', 'c']],
  ])('%s', (_what, imports, expected) => {
    expect(longestChain(allImports(filesWith(imports)))).toEqual(expected);
  });

  it('of what runs goes by no types', () => {
    expect(longestChain(runtimeImports(filesWith({ a: ['type b'], b: ['c'], c: [] })))).toEqual(['b', 'c']);
  });
});

describe('a folder', () => {
  it('is crowded by one file too many, and not by those of its folders', () => {
    expect(crowdedFolders(['a/1.ts', 'a/2.ts', 'a/b/1.ts'], 2)).toEqual([]);
    expect(crowdedFolders(['a/1.ts', 'a/2.ts', 'a/3.ts'], 2)).toEqual(['a has 3 files']);
  });
});

const ALPHA = 'functions/providers/alpha/x.ts';
const BETA = 'functions/providers/beta/x.ts';

describe('a name', () => {
  it.each([
    ['in two files', { a: ['Order'], b: ['Order'] }, ['Order: a, b']],
    ['of a type and its schema in one file', { a: ['Order', 'Order'] }, []],
    ['of all providers', { [ALPHA]: ['meaning'], [BETA]: ['meaning'] }, []],
    [
      'of two providers of three',
      { [ALPHA]: ['forecast'], [BETA]: ['forecast'], 'functions/providers/gamma/x.ts': [] },
      [],
    ],
    ['of one provider of two, and elsewhere', { [ALPHA]: ['a'], b: ['a'], [BETA]: [] }, [`a: b, ${ALPHA}`]],
    ['of all providers and elsewhere', { [ALPHA]: ['a'], [BETA]: ['a'], b: ['a'] }, [`a: b, ${ALPHA}`]],
    [
      'of all providers, twice in one',
      { [ALPHA]: ['a'], 'functions/providers/alpha/y.ts': ['a'], [BETA]: ['a'] },
      [`a: ${ALPHA}, functions/providers/alpha/y.ts`],
    ],
    ['that is excepted', { a: ['handler'], b: ['handler'] }, []],
  ])('%s', (_what, exports, expected) => {
    expect(exportedTwice(exporting(exports as Record<string, string[]>), ['handler'])).toEqual(expected);
  });
});
