import type { FinalOutcome } from '../../core/outcome.ts';
import { bindingOf, common, isWithin } from './address-binding.ts';
import { type Records, type RequestedUpdate, readsOnly, staying } from './restriction.ts';

/** An update, the key that it would meet, and whether it might lock ourselves out. */
export interface Attempt extends Records {
  readonly asked: RequestedUpdate;
  /** The key signs for itself. */
  readonly self: boolean;
  readonly egressAddresses: readonly string[];
}

const canTransfer = (wallet: readonly string[] | undefined): boolean =>
  ['AccountTransfer', 'SubMemberTransfer'].some((transfer) => wallet?.includes(transfer));

/** Each rule that an update can break, with its end and what to do instead. */
const RULES: readonly (readonly [breaks: (attempt: Attempt) => boolean, end: FinalOutcome, why: string])[] = [
  [
    ({ asked, ...records }) => asked.readOnly === 0 && readsOnly(asked, records) === 1,
    'refused/would-widen',
    'Cannot make a read-only key write again, wanted readOnly 1 or none',
  ],
  [
    ({ asked: { binding }, now, before }) =>
      binding !== null && ![now, before].every(({ ips }) => isWithin(binding, bindingOf(ips))),
    'refused/would-widen',
    'Cannot let a key in from addresses that it is not bound to, wanted some of its own',
  ],
  [
    // Addresses that are asked for and were not refused above are common to both.
    ({ now, before }) => common(bindingOf(now.ips), bindingOf(before.ips)) === null,
    'refused/would-widen',
    'Cannot keep addresses that were all exchanged since the key was first read, wanted ips in the order',
  ],
  [
    ({ asked, ...records }) =>
      asked.kind === 'master' &&
      asked.groups !== undefined &&
      !asked.acceptUndeletable &&
      canTransfer(records.now.permissions['Wallet']) &&
      !canTransfer(staying(asked, records, 'Wallet')),
    'refused/would-become-undeletable',
    'Cannot take both AccountTransfer and SubMemberTransfer from a master key, wanted one left or acceptUndeletable',
  ],
  [
    ({ asked: { binding }, self, egressAddresses }) =>
      self && !!binding && !egressAddresses.some((address) => binding.includes(address)),
    'refused/would-blind',
    'Cannot bind a key to addresses that our calls do not come from, wanted one of egressAddresses among them',
  ],
];

/** Why an update may not be sent to a key as it is; `undefined` where it may. */
export const updateRefusal = (attempt: Attempt): { readonly end: FinalOutcome; readonly why: string } | undefined => {
  const broken = RULES.find(([breaks]) => breaks(attempt));
  return broken && { end: broken[1], why: broken[2] };
};
