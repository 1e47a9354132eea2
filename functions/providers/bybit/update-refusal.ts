import type { FinalOutcome } from '../../core/outcome.ts';
import { bindingOf, common, isWithin } from './address-binding.ts';
import { type Records, type RequestedUpdate, readsOnly, staying } from './restriction.ts';

/** An update, the key that it would change, and what decides whether it would lock us out. */
export interface Attempt extends Records {
  readonly asked: RequestedUpdate;
  /** The key signs for itself. */
  readonly self: boolean;
  readonly egressAddresses: readonly string[];
}

const canTransfer = (wallet: readonly string[] | undefined): boolean =>
  ['AccountTransfer', 'SubMemberTransfer'].some((transfer) => wallet?.includes(transfer));

/** Each rule that an update can break, with the end and what to do instead. */
const RULES: readonly (readonly [breaks: (attempt: Attempt) => boolean, end: FinalOutcome, why: string])[] = [
  [
    ({ asked, ...records }) => asked.readOnly === 0 && readsOnly(asked, records) === 1,
    'refused/would-widen',
    'Cannot make a read-only key writable again: set readOnly to 1 or leave it out',
  ],
  [
    ({ asked: { binding }, now, before }) =>
      binding !== null && ![now, before].every(({ ips }) => isWithin(binding, bindingOf(ips))),
    'refused/would-widen',
    'Cannot bind the key to new addresses: give only addresses that the key is bound to now',
  ],
  [
    // Addresses in the order that passed the rule above are common to both.
    ({ now, before }) => common(bindingOf(now.ips), bindingOf(before.ips)) === null,
    'refused/would-widen',
    'Cannot keep the key’s addresses: all of them have changed since the key was first read. Give ips in the request',
  ],
  [
    ({ asked, ...records }) =>
      asked.kind === 'master' &&
      asked.groups !== undefined &&
      !asked.acceptUndeletable &&
      canTransfer(records.now.permissions['Wallet']) &&
      !canTransfer(staying(asked, records, 'Wallet')),
    'refused/would-become-undeletable',
    'Cannot remove both AccountTransfer and SubMemberTransfer from a master key: keep one, or set acceptUndeletable',
  ],
  [
    ({ asked: { binding }, self, egressAddresses }) =>
      self && !!binding && !egressAddresses.some((address) => binding.includes(address)),
    'refused/would-blind',
    'Cannot bind the key to addresses that we do not call from: include one of the egressAddresses',
  ],
];

/** Why an update may not be sent to a key as it is; `undefined` if it may. */
export const updateRefusal = (attempt: Attempt): { readonly end: FinalOutcome; readonly why: string } | undefined => {
  const broken = RULES.find(([breaks]) => breaks(attempt));
  return broken && { end: broken[1], why: broken[2] };
};
