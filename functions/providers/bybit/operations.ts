import type { Operation } from '../../core/provider.ts';
import type { KeyKind } from './permission-groups.ts';

export interface BybitOperation extends Operation {
  readonly path: string;
  /** The kind of key that it is about; where another may sign, that is a master. */
  readonly of: KeyKind;
}

/** https://bybit-exchange.github.io/docs/v5/user/rm-master-apikey, rm-sub-apikey, modify-master-apikey, modify-sub-apikey */
export const BYBIT_OPERATIONS: Readonly<Record<string, BybitOperation>> = {
  'delete-master-key': { kind: 'delete', managed: false, of: 'master', path: '/v5/user/delete-api' },
  'delete-sub-key': { kind: 'delete', managed: true, of: 'sub', path: '/v5/user/delete-sub-api' },
  'update-master-key': { kind: 'update', managed: false, of: 'master', path: '/v5/user/update-api' },
  'update-sub-key': { kind: 'update', managed: true, of: 'sub', path: '/v5/user/update-sub-api' },
};
