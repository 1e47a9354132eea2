import { type RequestySandbox, type RequestySeed, startSandbox } from '../../../infra/local/sandbox/index.ts';
import type { InProcess } from '../simulated/serve-in-process.ts';
import { handsFor } from './hands-for.ts';
import type { OrderUnderTest, Seeded } from './order-under-test.ts';

const MANAGER = '7b0e6c1d-2f44-4b0e-9d7a-94c1f0a5d302';
const KEY = '3f8f0a52-51a5-4d3c-8a57-6b1f4b3f2a01';
const OTHER = '3f8f0a52-51a5-4d3c-8a57-6b1f4b3f2a02';
const MANAGER_SECRET = 'key-revoker/requesty/manager';
const KEY_SECRET = 'key-revoker/requesty/key';

interface Row {
  readonly name: string;
  readonly ends: string;
  readonly target: unknown;
  readonly signer: typeof MANAGER | typeof KEY;
  readonly about: typeof MANAGER | typeof KEY;
  readonly manage?: 'none' | 'write';
}

const bySelf = { target: 'self', signer: KEY, about: KEY } as const;
const byManager = { signer: MANAGER, about: KEY, manage: 'none' } as const;

const ROWS: readonly Row[] = [
  { name: 'delete-key by itself', ends: 'revoked', ...bySelf },
  { name: 'delete-key by itself, without permission', ends: 'stuck/permission-missing', ...bySelf, manage: 'none' },
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

const READER = { permissions: { manage: 'read', completions: 'write' } } as const;

const bearer = (id: string): string => `rqsty-sk-${id}`;
const keyOf = (id: string, manage: 'none' | 'write'): RequestySeed => ({
  id,
  secret: bearer(id),
  permissions: { manage, completions: 'write' },
});

/** Requesty's operation by each of its signers. */
export const REQUESTY_ORDERS: readonly OrderUnderTest[] = ROWS.map(
  ({ name, ends, target, signer, about, manage = 'write' }) => ({
    name: `requesty/${name}`,
    ends: { manual: ends, leaked: ends },
    seed: async (now) => {
      const sandbox = await startSandbox('requesty', { now });
      sandbox.addOrganisation('prod', { keys: [keyOf(OTHER, 'write'), keyOf(MANAGER, 'write'), keyOf(KEY, manage)] });
      const secrets = { [MANAGER_SECRET]: { apiKey: bearer(MANAGER) }, [KEY_SECRET]: { apiKey: bearer(KEY) } };
      const secretId = signer === KEY ? KEY_SECRET : MANAGER_SECRET;
      const request = { provider: 'requesty', operation: 'delete-key', secretId, target };
      const rotated = Object.fromEntries(Object.keys(secrets).map((name) => [name, { apiKey: bearer(OTHER) }]));
      // An expired key is as dead as a deleted one here: nobody can renew it.
      const byHand = {
        ...handsFor(sandbox, { world: 'prod', target: about, signer, signsIn: 'prod' }),
        'its signer may only read by now': {
          now: () => sandbox.patch('prod', signer, READER),
          orElse: ['stuck/permission-missing'],
        },
      };
      const seeded: Seeded = {
        ...{ secrets, request, world: 'prod', target: about, signer, rotated, byHand, landsWithinMs: 0 },
        ...(signer === about ? {} : { otherSigners: [OTHER] }),
      };
      return { sandbox: sandbox as RequestySandbox & InProcess, seeded };
    },
  }),
);
