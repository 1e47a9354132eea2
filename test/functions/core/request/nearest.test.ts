import { expect, it } from 'vitest';
import { nearest } from '../../../../functions/core/request/nearest.ts';

const KNOWN = ['secretId', 'secretVersion', 'reason', 'target', 'ips'];

it.each([
  ['a letter of the wrong case', 'secretID', 'secretId'],
  ['a missing letter', 'secretI', 'secretId'],
  ['a letter too many', 'reasons', 'reason'],
  ['a wrong letter', 'tarket', 'target'],
  ['two letters turned round', 'taregt', 'target'],
  ['the nearest of two that are near', 'secretVersio', 'secretVersion'],
  ['as many as half of its letters', 'tarxyz', 'target'],
  ['a name that has to be made longer', 'retVersion', 'secretVersion'],
])('meets %s', (_what, typed, expected) => expect(nearest(typed, KNOWN)).toBe(expected));

it.each([
  ['another word', 'frobnicate'],
  ['more than half of its letters', 'taxyzw'],
  ['a name behind four letters of something else', 'xyzqtarget'],
  ['nothing', ''],
  ['two of three letters', 'ixy'],
])('says nothing to %s', (_what, typed) => expect(nearest(typed, KNOWN)).toBeUndefined());

it('says nothing where nothing is known', () => expect(nearest('secretId', [])).toBeUndefined());
