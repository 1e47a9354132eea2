import type { KeyRecord } from '../../core/answer.ts';
import type { Ending } from '../../core/outcome.ts';
import type { Call, Reach, Restriction } from '../../core/provider.ts';
import type { Settings } from '../../core/request.ts';
import { askedBinding, type Binding, bindingOf, common, isWithin, written } from './address-binding.ts';
import {
  askedGroups,
  type Groups,
  isFixed,
  isRemovable,
  isSendable,
  type KeyKind,
  sendable,
} from './permission-groups.ts';

/** The fields of an update call that settle what the key may do. */
export interface Narrowed {
  readonly readOnly: 0 | 1;
  readonly ips?: string;
  readonly permissions?: Groups;
}

interface Wanted {
  readonly kind: KeyKind;
  readonly settings: Settings;
  /** The key signs for itself, so it must not lock us out. */
  readonly self: boolean;
  readonly egressAddresses: readonly string[];
  /** Makes the call of a body's fields. */
  readonly call: (narrowed: Narrowed) => Call;
}

interface Asked {
  readonly kind: KeyKind;
  readonly groups: Groups | undefined;
  readonly binding: Binding | null;
  readonly readOnly: 0 | 1 | undefined;
}

const both = (a: readonly string[], b: readonly string[] | undefined): readonly string[] =>
  a.filter((value) => b?.includes(value));

/** What of a group may stay: what the key has and had, and what is asked. */
const staying = ({ groups }: Asked, before: KeyRecord, group: string, values: readonly string[]): readonly string[] => {
  const had = both(values, own(before.permissions, group));
  return groups === undefined ? had : both(had, own(groups, group));
};
const own = (groups: Groups, group: string) => (Object.hasOwn(groups, group) ? groups[group] : undefined);

const permissionsFor = (asked: Asked, now: KeyRecord, before: KeyRecord): Groups | undefined => {
  if (asked.groups === undefined) return undefined;
  const held = Object.entries(now.permissions).filter(
    ([group, values]) => values.length > 0 && isSendable(asked.kind, group),
  );
  const sent = held.map(([group, values]) => {
    const kept = isFixed(group, now.readOnly) ? values : staying(asked, before, group, values);
    return [group, sendable(asked.kind, group, kept)] as const;
  });
  return sent.length > 0 ? Object.fromEntries(sent) : undefined;
};

const readOnlyFor = ({ readOnly }: Asked, now: KeyRecord, before: KeyRecord): 0 | 1 =>
  readOnly === 1 || now.readOnly === 1 || before.readOnly === 1 ? 1 : 0;

const TRANSFERS = ['AccountTransfer', 'SubMemberTransfer'];
const canTransfer = (wallet: readonly string[] | undefined): boolean =>
  TRANSFERS.some((transfer) => wallet?.includes(transfer));

type Refusal = { readonly ends: Ending; readonly why: string };

/** The rules that an order can break against a key as it is, each with its end. */
const REFUSALS: readonly ((asked: Asked, wanted: Wanted, now: KeyRecord, before: KeyRecord) => Refusal | undefined)[] =
  [
    ({ readOnly }, _wanted, now, before) =>
      readOnly === 0 && (now.readOnly === 1 || before.readOnly === 1)
        ? { ends: 'refused/would-widen', why: 'Cannot make a read-only key write again, wanted readOnly 1 or none' }
        : undefined,
    ({ binding }, _wanted, now, before) =>
      binding !== null && ![now, before].every(({ ips }) => isWithin(binding, bindingOf(ips)))
        ? {
            ends: 'refused/would-widen',
            why: 'Cannot let a key in from addresses that it is not bound to, wanted some of its own',
          }
        : undefined,
    ({ binding }, _wanted, now, before) =>
      binding === null && common(bindingOf(now.ips), bindingOf(before.ips)) === null
        ? {
            ends: 'refused/would-widen',
            why: 'Cannot keep addresses that were all exchanged since the key was first read',
          }
        : undefined,
    ({ kind, groups }, { settings }, now, before) => {
      if (kind === 'sub' || groups === undefined || settings.acceptUndeletable) return undefined;
      const wallet = now.permissions['Wallet'] ?? [];
      return canTransfer(wallet) && !canTransfer(both(both(wallet, before.permissions['Wallet']), groups['Wallet']))
        ? {
            ends: 'refused/would-become-undeletable',
            why: 'Cannot take both AccountTransfer and SubMemberTransfer from a master key, wanted one left or acceptUndeletable',
          }
        : undefined;
    },
    ({ binding }, { self, egressAddresses }) =>
      self && binding && !egressAddresses.some((address) => binding.includes(address))
        ? {
            ends: 'refused/would-blind',
            why: 'Cannot bind a key to addresses that our calls do not come from, wanted one of egressAddresses among them',
          }
        : undefined,
  ];

/** A master's addresses are sent only when asked, since the API refuses them; a sub key's always, since leaving them out may unbind. */
const ipsFor = ({ kind, binding }: Asked, now: KeyRecord, before: KeyRecord): string | undefined => {
  if (binding !== null) return written(binding);
  return kind === 'sub' ? written(common(bindingOf(now.ips), bindingOf(before.ips)) ?? undefined) : undefined;
};

const narrowed = (asked: Asked, now: KeyRecord, before: KeyRecord): Narrowed => {
  const ips = ipsFor(asked, now, before);
  const permissions = permissionsFor(asked, now, before);
  return {
    readOnly: readOnlyFor(asked, now, before),
    ...(ips === undefined ? {} : { ips }),
    ...(permissions === undefined ? {} : { permissions }),
  };
};

/** Every permission that should not be there, by whether the API can take it away. */
const excess = (asked: Asked, now: KeyRecord, before: KeyRecord): readonly boolean[] =>
  Object.entries(now.permissions).flatMap(([group, values]) => {
    const may = staying(asked, before, group, values);
    return values
      .filter((value) => !may.includes(value))
      .map((value) => isRemovable(asked.kind, group, value, now.readOnly));
  });

const reachOf = (asked: Asked, now: KeyRecord, before: KeyRecord): Reach => {
  const isWriting = now.readOnly === 0 && readOnlyFor(asked, now, before) === 1;
  const bindings = [bindingOf(before.ips), ...(asked.binding === null ? [] : [asked.binding])];
  const isOpen = bindings.some((binding) => !isWithin(bindingOf(now.ips), binding));
  const tooMuch = excess(asked, now, before);
  if (isWriting || isOpen || tooMuch.includes(true)) return 'unmet';
  return tooMuch.length > 0 ? 'web-only' : 'met';
};

/**
 * The rules of an update, which never widens: the body is made of what the key has, had at first and is asked to keep.
 *
 * @throws Fault `refused/malformed` where the settings name what such a key cannot have
 */
export const restriction = (wanted: Wanted): Restriction => {
  const { kind, settings } = wanted;
  const asked: Asked = {
    kind,
    groups: askedGroups(kind, settings),
    binding: askedBinding(settings),
    readOnly: settings.readOnly ?? undefined,
  };
  return {
    call: (now, before) =>
      REFUSALS.map((rule) => rule(asked, wanted, now, before)).find((refusal) => refusal !== undefined) ??
      wanted.call(narrowed(asked, now, before)),
    reach: (now, before) => reachOf(asked, now, before),
  };
};
