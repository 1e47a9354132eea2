import type { Call, Reach, Restriction } from '../../core/provider.ts';
import { bindingOf, common, isWithin, written } from './address-binding.ts';
import { type Records, type RequestedUpdate, readsOnly, staying } from './asked.ts';
import { type Groups, isFixed, isRemovable, isSendable, sendableValues } from './permission-groups.ts';
import { type Attempt, updateRefusal } from './update-refusal.ts';

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
  // Stryker disable next-line ConditionalExpression: where nothing is left in common the update is refused before
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

interface Update extends Omit<Attempt, keyof Records> {
  /** Makes the call of a body's fields. */
  readonly call: (narrowed: Narrowed) => Call;
}

/** The rules of an update, which never widens: its body is made of what the key has, had at first and is asked to keep. */
export const restriction = ({ asked, self, egressAddresses, call }: Update): Restriction => ({
  call: (now, before) =>
    updateRefusal({ asked, self, egressAddresses, now, before }) ?? call(narrowed(asked, { now, before })),
  reach: (now, before) => reachOf(asked, { now, before }),
});
