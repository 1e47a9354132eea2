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
  readonly now: BybitRecord;
  readonly before: BybitRecord;
}

/** @throws Fault `refused/malformed` where the settings name what such a key cannot have */
export const requestedUpdateOf = (kind: KeyKind, settings: BybitSettings): RequestedUpdate => ({
  kind,
  groups: askedGroups(kind, settings.permissions),
  binding: askedBinding(settings),
  readOnly: settings.readOnly ?? undefined,
  acceptUndeletable: settings.acceptUndeletable ?? false,
});

const own = (groups: Groups, group: string): readonly string[] =>
  (Object.hasOwn(groups, group) ? groups[group] : undefined) ?? [];

/** What may stay of a group: what the key has and had at first, and is asked to keep. */
export const staying = ({ groups }: RequestedUpdate, { now, before }: Records, group: string): readonly string[] =>
  own(now.permissions, group)
    .filter((value) => own(before.permissions, group).includes(value))
    .filter((value) => groups === undefined || own(groups, group).includes(value));

/** Whether the key may only read, once all is as asked. */
export const readsOnly = ({ readOnly }: RequestedUpdate, { now, before }: Records): 0 | 1 =>
  readOnly === 1 || now.readOnly === 1 || before.readOnly === 1 ? 1 : 0;

/** The fields of an update call that settle what the key may do; one that is `undefined` is not sent. */
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

/** A master's addresses only when asked, since the API refuses them; a sub key's always, since leaving them out may unbind it. */
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

/** For every permission that should not be there, whether the API can take it away. */
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

/** Why a call may not be sent, and how the request ends then. */
type Refusal = Exclude<ReturnType<Restriction['call']>, Call>;

interface Update {
  readonly asked: RequestedUpdate;
  /** @returns `undefined` where the update may be sent */
  readonly refusalOf: (records: Records) => Refusal | undefined;
  /** Makes the call of a body's fields. */
  readonly call: (narrowed: Narrowed) => Call;
}

/** Records come back as the questions of this folder read them. */
const recordsOf = (now: KeyRecord, before: KeyRecord): Records => ({
  now: now as BybitRecord,
  before: before as BybitRecord,
});

/** The rules of an update, which never widens: its body is made of what the key has, had at first and is asked to keep. */
export const restriction = ({ asked, refusalOf, call }: Update): Restriction => ({
  call: (now, before) => {
    const records = recordsOf(now, before);
    return refusalOf(records) ?? call(narrowed(asked, records));
  },
  reach: (now, before) => reachOf(asked, recordsOf(now, before)),
});
