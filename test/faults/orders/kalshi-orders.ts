import { type KalshiSandbox, type KalshiSeed, startSandbox } from '../../../infra/local/sandbox/index.ts';
import type { InProcess } from '../simulated/serve-in-process.ts';
import { handsFor } from './hands-for.ts';
import type { OrderUnderTest, Seeded } from './order-under-test.ts';
import { ED25519, OTHER_PAIR, RSA } from './throwaway-pairs.ts';

const MANAGER = '0c3dcb5e-7c9f-4c54-9a2e-5e8d1b7f6a10';
const KEY = 'a952bcbe-ec3b-4b5b-b8f9-11dae589608c';
const OTHER = 'a952bcbe-ec3b-4b5b-b8f9-11dae5896000';
const MANAGER_SECRET = 'key-revoker/kalshi/manager';
const KEY_SECRET = 'key-revoker/kalshi/key';

interface Row {
  readonly name: string;
  readonly ends: string;
  readonly target: unknown;
  readonly signer: typeof MANAGER | typeof KEY;
  readonly about: typeof MANAGER | typeof KEY;
  readonly key?: Partial<KalshiSeed>;
  readonly pair?: typeof RSA;
}

const bySelf = { target: 'self', signer: KEY, about: KEY } as const;
const byManager = { signer: MANAGER, about: KEY } as const;
const READ_ONLY = { scopes: ['read'] };

const ROWS: readonly Row[] = [
  { name: 'delete-key by itself', ends: 'revoked', ...bySelf },
  { name: 'delete-key by itself, RSA', ends: 'revoked', ...bySelf, pair: RSA },
  { name: 'delete-key by itself, without permission', ends: 'stuck/permission-missing', ...bySelf, key: READ_ONLY },
  { name: 'delete-key by a managing key', ends: 'revoked', ...byManager, target: { apiKeyId: KEY } },
  {
    name: 'delete-key by a managing key, with its secret',
    ends: 'revoked',
    ...byManager,
    target: { secretId: KEY_SECRET },
  },
  {
    name: 'delete-key of a managing key that names itself',
    ends: 'revoked',
    signer: MANAGER,
    about: MANAGER,
    target: { apiKeyId: MANAGER },
  },
];

/** Kalshi's operation by each of its signers. */
export const KALSHI_ORDERS: readonly OrderUnderTest[] = ROWS.map(
  ({ name, ends, target, signer, about, key, pair = ED25519 }) => ({
    name: `kalshi/${name}`,
    ends: { manual: ends, leaked: ends },
    isCostly: pair === RSA,
    seed: async (now) => {
      const sandbox = await startSandbox('kalshi', { now });
      const { publicKey, privateKey } = pair;
      const keys = [OTHER, MANAGER, KEY].map((apiKeyId) => ({ apiKeyId, publicKey, ...(apiKeyId === KEY ? key : {}) }));
      sandbox.addAccount('prod', { keys });
      const secrets = {
        [MANAGER_SECRET]: { apiKeyId: MANAGER, privateKey },
        [KEY_SECRET]: { apiKeyId: KEY, privateKey },
      };
      const secretId = signer === KEY ? KEY_SECRET : MANAGER_SECRET;
      const request = { provider: 'kalshi', operation: 'delete-key', secretId, target };
      const rotated = Object.fromEntries(Object.keys(secrets).map((name) => [name, { apiKeyId: OTHER, privateKey }]));
      const byHand = {
        ...handsFor(sandbox, { world: 'prod', target: about, signer, signsIn: 'prod' }),
        'its signer may only read by now': {
          now: () => sandbox.patch('prod', signer, READ_ONLY),
          orElse: ['stuck/permission-missing'],
        },
        'given another public key': {
          now: () => sandbox.patch('prod', about, { publicKey: OTHER_PAIR.publicKey }),
          orElse: ['stuck/credential-refused'],
        },
      };
      const seeded: Seeded = {
        ...{ secrets, request, world: 'prod', target: about, signer, rotated, byHand, landsWithinMs: 0 },
        ...(signer === about ? {} : { otherSigners: [OTHER] }),
      };
      return { sandbox: sandbox as KalshiSandbox & InProcess, seeded };
    },
  }),
);
