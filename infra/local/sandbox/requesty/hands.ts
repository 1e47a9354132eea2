import type { Hand } from '../hands.ts';
import type { RequestySandbox } from './start-requesty.ts';

type Manage = 'none' | 'read' | 'write';

const setting =
  (manage: Manage): Hand<RequestySandbox>['act'] =>
  (sandbox, world, keyId) =>
    sandbox.patch(world, keyId, { permissions: { manage, completions: 'write' } });

/** Nobody can renew an expired key: it is as dead as a deleted one. */
export const hands: readonly Hand<RequestySandbox>[] = [
  { name: 'take the right to manage', effect: 'unpermitted', act: setting('none') },
  { name: 'let manage', effect: 'unpermitted', act: setting('write') },
  {
    name: 'let only read',
    act: setting('read'),
    midway: { to: 'signer', orElse: ['stuck/permission-missing'] },
  },
];
