import type { Hand } from '../hands.ts';
import { otherPair } from '../key-pairs.ts';
import type { KalshiSandbox } from './start-kalshi.ts';

export const hands: readonly Hand<KalshiSandbox>[] = [
  {
    name: 'make read-only',
    effect: 'unpermitted',
    act: (sandbox, world, keyId) => sandbox.patch(world, keyId, { scopes: ['read'] }),
    midway: { to: 'signer', orElse: ['stuck/permission-missing'] },
  },
  {
    name: 'let write',
    effect: 'unpermitted',
    act: (sandbox, world, keyId) => sandbox.patch(world, keyId, { scopes: ['read', 'write'] }),
  },
  {
    name: 'give another public key',
    act: (sandbox, world, keyId) => sandbox.patch(world, keyId, { publicKey: otherPair().publicKey }),
    midway: { to: 'target', orElse: ['stuck/credential-refused'] },
  },
];
