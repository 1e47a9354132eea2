import type { KeyRecord } from '../../core/answer.ts';
import type { Call, Reach, Restriction } from '../../core/provider.ts';
import { askedBinding, type Binding, bindingOf, common, isWithin, written } from './address-binding.ts';
import {
  askedGroups,
  type Groups,
  isFixed,
  isRemovable,
  isSendable,
  type KeyKind,
  sendableValues,
} from './permission-groups.ts';
import type { BybitRecord, BybitSettings } from './settings.ts';

/** What an update asks for, and for which kind of key. */
export interface RequestedUpdate {
  readonly kind: KeyKind;
  /** All permissions to keep; `undefined`: not asked for. */
  readonly groups: Groups | undefined;
  /** `null`: not asked for. */
  readonly binding: Binding | null;
  readonly readOnly: 0 | 1 | undefined;
  readonly acceptUndeletable: boolean;
}

/** A key as it was read now, and as an earlier delivery read it first. */
export interface Records {
  readonly now: BybitRecord;
  readonly before: BybitRecord;
}

/** @throws Fault `refused/malformed` if the settings name something that such a key cannot have */
export const requestedUpdateOf = (kind: KeyKind, settings: BybitSettings): RequestedUpdate => ({
  kind,
  groups: askedGroups(kind, settings.permissions),
  binding: askedBinding(settings),
  readOnly: settings.readOnly ?? undefined,
  acceptUndeletable: settings.acceptUndeletable ?? false,
});

const own = (groups: Groups, group: string): readonly string[] =>
  (Object.hasOwn(groups, group) ? groups[group] : undefined) ?? [];

/** The permissions of a group that stay: those that the key has, had at first, and is asked to keep. */
export const staying = ({ groups }: RequestedUpdate, { now, before }: Records, group: string): readonly string[] =>
  own(now.permissions, group)
    .filter((value) => own(before.permissions, group).includes(value))
    .filter((value) => groups === undefined || own(groups, group).includes(value));

/** Whether the key may only read after the update. */
export const readsOnly = ({ readOnly }: RequestedUpdate, { now, before }: Records): 0 | 1 =>
  readOnly === 1 || now.readOnly === 1 || before.readOnly === 1 ? 1 : 0;

/** The fields of an update call that decide what the key may do. A field that is `undefined` is not sent. */
export interface Narrowed {
  readonly readOnly: 0 | 1;
  readonly ips: string | undefined;
  readonly permissions: Groups | undefined;
}

const permissionsFor = (asked: RequestedUpdate, records: Records): Groups | undefined => {
  if (asked.groups === undefined) return undefined;
  const { readOnly, permissions } = records.now;
  const sent = Object.entries(permissions)
    .filter(([group, values]) => values.length > 0 && isSendable(asked.kind, group))
    .map(([group, values]) => {
      const kept = isFixed(group, readOnly) ? values : staying(asked, records, group);
      return [group, sendableValues(kept)] as const;
    });
  return sent.length > 0 ? Object.fromEntries(sent) : undefined;
};

/**
 * A master's addresses are sent only if asked for, since the API refuses them. A sub key's are always sent, since the
 * key may be unbound without them.
 */
const ipsFor = ({ kind, binding }: RequestedUpdate, { now, before }: Records): string | undefined => {
  if (binding !== null) return written(binding);
  if (kind === 'master') return undefined;
  const kept = common(bindingOf(now.ips), bindingOf(before.ips));
  return kept === null ? undefined : written(kept);
};

const narrowed = (asked: RequestedUpdate, records: Records): Narrowed => ({
  readOnly: readsOnly(asked, records),
  ips: ipsFor(asked, records),
  permissions: permissionsFor(asked, records),
});

/** For each permission to take away: whether the API can do it. */
const excess = (asked: RequestedUpdate, records: Records): readonly boolean[] =>
  Object.entries(records.now.permissions).flatMap(([group, values]) => {
    const may = staying(asked, records, group);
    const tooMany = values.filter((value) => !may.includes(value));
    return tooMany.map((value) => isRemovable(asked.kind, group, value, records.now.readOnly));
  });

const reachOf = (asked: RequestedUpdate, records: Records): Reach => {
  const { now, before } = records;
  const isWriting = now.readOnly === 0 && readsOnly(asked, records) === 1;
  const bindings = [bindingOf(before.ips), ...(asked.binding === null ? [] : [asked.binding])];
  const isOpen = bindings.some((binding) => !isWithin(bindingOf(now.ips), binding));
  const tooMany = excess(asked, records);
  if (isWriting || isOpen || tooMany.includes(true)) return 'wider';
  return tooMany.length > 0 ? 'web-only' : 'as-asked';
};

/** What both readings allow. Addresses that have nothing in common cannot be written: `updateRefusal` ends such an update. */
const narrower = ({ now, before }: Records): BybitRecord => ({
  readOnly: now.readOnly === 1 || before.readOnly === 1 ? 1 : 0,
  ips: common(bindingOf(now.ips), bindingOf(before.ips)) ?? bindingOf(now.ips) ?? [],
  permissions: Object.fromEntries(
    Object.entries(now.permissions).map(([group, values]) => [
      group,
      values.filter((value) => own(before.permissions, group).includes(value)),
    ]),
  ),
});

/** Why a call may not be sent, and how the request then ends. */
type Refusal = Exclude<ReturnType<Restriction['call']>, Call>;

interface Update {
  readonly asked: RequestedUpdate;
  /** @returns `undefined` if the update may be sent */
  readonly refusalOf: (records: Records) => Refusal | undefined;
  /** Makes the call with these fields as its body. */
  readonly call: (narrowed: Narrowed) => Call;
}

/** Records have the form in which the questions of this folder read them. */
const recordsOf = (now: KeyRecord, before: KeyRecord): Records => ({
  now: now as BybitRecord,
  before: before as BybitRecord,
});

/** The rules of an update. It never widens a key: its body holds only what the key has, had at first and is asked to keep. */
export const restriction = ({ asked, refusalOf, call }: Update): Restriction => ({
  call: (now, before) => {
    const records = recordsOf(now, before);
    return refusalOf(records) ?? call(narrowed(asked, records));
  },
  reach: (now, before) => reachOf(asked, recordsOf(now, before)),
  narrower: (a, b) => narrower(recordsOf(a, b)),
});
