import type { KeyRecord } from '../../core/answer.ts';
import type { Settings } from '../../core/provider.ts';
import { askedBinding, type Binding } from './address-binding.ts';
import { askedGroups, type Groups, type KeyKind } from './permission-groups.ts';

/** What an update asks for, and of what kind of key. */
export interface RequestedUpdate {
  readonly kind: KeyKind;
  /** All that the key may still do; `undefined`: not asked about. */
  readonly groups: Groups | undefined;
  /** `null`: not asked about. */
  readonly binding: Binding | null;
  readonly readOnly: 0 | 1 | undefined;
  readonly acceptUndeletable: boolean;
}

/** A key as it was read now, and as an earlier delivery first read it. */
export interface Records {
  readonly now: KeyRecord;
  readonly before: KeyRecord;
}

/** @throws Fault `refused/malformed` where the settings name what such a key cannot have */
export const requestedUpdateOf = (kind: KeyKind, settings: Settings): RequestedUpdate => ({
  kind,
  groups: askedGroups(kind, settings),
  binding: askedBinding(settings),
  readOnly: settings.readOnly ?? undefined,
  acceptUndeletable: settings.acceptUndeletable ?? false,
});

const own = (groups: Groups, group: string): readonly string[] =>
  // Stryker disable next-line ArrayDeclaration: no key has a permission of that name
  (Object.hasOwn(groups, group) ? groups[group] : undefined) ?? [];

/** What may stay of a group: what the key has and had at first, and is asked to keep. */
export const staying = ({ groups }: RequestedUpdate, { now, before }: Records, group: string): readonly string[] =>
  own(now.permissions, group)
    .filter((value) => own(before.permissions, group).includes(value))
    .filter((value) => groups === undefined || own(groups, group).includes(value));

/** Whether the key may only read, once all is as asked. */
export const readsOnly = ({ readOnly }: RequestedUpdate, { now, before }: Records): 0 | 1 =>
  readOnly === 1 || now.readOnly === 1 || before.readOnly === 1 ? 1 : 0;
