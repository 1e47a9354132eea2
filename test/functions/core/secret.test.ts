import { format, inspect } from 'node:util';
import { expect, it } from 'vitest';
import { Secret } from '../../../functions/core/secret.ts';

const hidden = new Secret('rqsty-sk-canary');

it('reveals its value when asked', () => expect(hidden.reveal()).toBe('rqsty-sk-canary'));

it.each([
  ['a template', `${hidden}`],
  ['a join', [hidden].join()],
  ['String', String(hidden)],
  ['JSON', JSON.parse(JSON.stringify({ hidden })).hidden],
  ['inspect', inspect(hidden)],
  ['inspect of private fields', inspect(hidden, { showHidden: true, depth: 9 })],
  ['console’s format', format('%s', hidden)],
])('shows [secret] to %s', (_what, shown) => expect(shown).toBe('[secret]'));

it('has no field to read or copy', () => expect({ ...hidden, ...Object.entries(hidden) }).toEqual({}));
