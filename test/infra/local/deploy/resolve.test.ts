// biome-ignore-all lint/suspicious/noTemplateCurlyInString: that is what Fn::Sub is written in
import { expect, it } from 'vitest';
import { type Names, resolve } from '../../../../infra/local/deploy/resolve.ts';

const NAMES: Names = {
  ref: (id) => (id === 'AWS::NoValue' ? undefined : `ref-${id}`),
  attribute: (id, attribute) => `${id}/${attribute}`,
};

it.each([
  ['a literal', { a: [1, true, 'x', null] }, { a: [1, true, 'x', null] }],
  ['Ref', { a: { Ref: 'Queue' } }, { a: 'ref-Queue' }],
  ['no value', { a: { Ref: 'AWS::NoValue' }, b: [{ Ref: 'AWS::NoValue' }, 1] }, { b: [1] }],
  ['Fn::GetAtt as a list', { 'Fn::GetAtt': ['Queue', 'Arn'] }, 'Queue/Arn'],
  ['Fn::GetAtt as a text', { 'Fn::GetAtt': 'Queue.Nested.Arn' }, 'Queue/Nested.Arn'],
  ['Fn::Join', { 'Fn::Join': ['-', ['a', { Ref: 'B' }]] }, 'a-ref-B'],
  ['Fn::Select', { 'Fn::Select': ['1', ['a', { Ref: 'B' }]] }, 'ref-B'],
  ['Fn::Select of Fn::Split', { 'Fn::Select': [1, { 'Fn::Split': ['/', { 'Fn::GetAtt': ['Q', 'Arn'] }] }] }, 'Arn'],
  ['Fn::Sub', { 'Fn::Sub': ['${A}:${B.Arn}:${own}:${!kept}', { own: { Ref: 'C' } }] }, 'ref-A:B/Arn:ref-C:${kept}'],
  ['Fn::Sub as a text', { 'Fn::Sub': '${AWS::Region}' }, 'ref-AWS::Region'],
  ['a property that is called like none of them', { Ref: 'A', Other: 'B' }, { Ref: 'A', Other: 'B' }],
])('resolves %s', (_what, value, expected) => expect(resolve(value, NAMES)).toEqual(expected));

it.each([
  [{ 'Fn::ImportValue': 'x' }, 'Cannot resolve Fn::ImportValue locally, wanted one of Ref,'],
  [{ 'Fn::Join': ['-'] }, 'Cannot resolve Fn::Join of ["-"], wanted'],
  [{ 'Fn::Select': [2, ['a']] }, 'Cannot resolve Fn::Select of [2,["a"]], wanted'],
])('refuses %o', (value, message) => expect(() => resolve(value, NAMES)).toThrow(message));
