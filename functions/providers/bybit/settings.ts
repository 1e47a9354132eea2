import * as z from 'zod';
import type { KeyRecord } from '../../core/answer.ts';
import type { SettingsForm, Word } from '../../core/provider.ts';
import type { Groups } from './permission-groups.ts';

/** What an update asks for. Its groups and addresses are checked against the key's kind. */
const Shape = z.strictObject({
  readOnly: z.literal([0, 1, null]).optional(),
  permissions: z.record(z.string(), z.array(z.string())).optional(),
  ips: z.union([z.string(), z.array(z.string())], { error: 'it must be a string or a list of strings' }).optional(),
  acceptUndeletable: z.boolean().optional(),
});
export type BybitSettings = z.output<typeof Shape>;

/** A key's settings, as its own replies and its master's lists show them. */
export interface BybitRecord extends KeyRecord {
  readonly readOnly: 0 | 1;
  readonly ips: readonly string[];
  readonly permissions: Groups;
}

const VALUES = new Map<string, unknown>([
  ['0', 0],
  ['1', 1],
  ['true', true],
  ['false', false],
]);

const GROUP = 'permissions.';

const fromWords = (words: readonly Word[]): Readonly<Record<string, unknown>> => {
  // Maps: a tag may name a field that every object has.
  const settings = new Map<string, unknown>();
  const lists = new Map<string, readonly string[]>();
  for (const [name, value] of words) {
    const isList = name === 'ips' || name.startsWith(GROUP);
    if (isList) lists.set(name, [...(lists.get(name) ?? []), ...(value === '' && name !== 'ips' ? [] : [value])]);
    else settings.set(name, VALUES.get(value) ?? value);
  }
  const groups = [...lists].filter(([name]) => name !== 'ips').map(([name, list]) => [name.slice(GROUP.length), list]);
  return {
    ...Object.fromEntries(settings),
    ...(lists.has('ips') ? { ips: lists.get('ips') } : {}),
    ...(groups.length > 0 ? { permissions: Object.fromEntries(groups) } : {}),
  };
};

/** How a user writes an update in a request, in a tag and on a command line. */
export const SETTINGS: SettingsForm = {
  shape: Shape,
  fields: Object.keys(Shape.shape),
  oneOf: ['readOnly', 'permissions', 'ips'],
  fromWords,
  example: 'readOnly=1 ips=192.0.2.1 permissions.Wallet=AccountTransfer',
  isFinal: ({ acceptUndeletable }) => acceptUndeletable === true,
};
