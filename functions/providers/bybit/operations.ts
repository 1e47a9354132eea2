import type { Asker, Operation } from '../../core/provider.ts';
import type { KeyKind } from './permission-groups.ts';

export interface BybitOperation extends Operation {
  readonly path: string;
  /** The kind of the target key. If another key may sign, that key is a master. */
  readonly of: KeyKind;
}

const MASTER = 'a master key with one of Account Transfer, Subaccount Transfer, Withdrawal';
const SUB = 'a sub key with Account Transfer or Sub Member Transfer';

/** Only the master key itself can sign. */
const OF_MASTER = { of: 'master', signers: ['self'] as readonly Asker[], needs: { self: MASTER } } as const;
const OF_SUB = {
  of: 'sub',
  signers: ['self', 'managing'] as readonly Asker[],
  needs: { self: SUB, managing: MASTER },
} as const;

/** https://bybit-exchange.github.io/docs/v5/user/rm-master-apikey, rm-sub-apikey, modify-master-apikey, modify-sub-apikey */
export const BYBIT_OPERATIONS: Readonly<Record<string, BybitOperation>> = {
  'delete-master-key': { kind: 'delete', ...OF_MASTER, path: '/v5/user/delete-api' },
  'delete-sub-key': { kind: 'delete', ...OF_SUB, path: '/v5/user/delete-sub-api' },
  'update-master-key': { kind: 'update', ...OF_MASTER, path: '/v5/user/update-api' },
  'update-sub-key': { kind: 'update', ...OF_SUB, path: '/v5/user/update-sub-api' },
};
