import { epochMs } from '../../functions/core/epoch.ts';
import type { Vault } from '../../functions/core/ports.ts';
import { Secret } from '../../functions/core/secret.ts';

/** A vault with one version of each secret, created some time ago. */
export const memoryVault = (credentials: Readonly<Record<string, unknown>>, createdAt: number): Vault => {
  const arnOf = (name: string): string => `arn:aws:secretsmanager:us-east-1:123456789012:secret:${name}`;
  const names = Object.keys(credentials);
  const found = (id: string): string | undefined => names.find((name) => name === id || arnOf(name) === id);
  return {
    open: async (secretId, version) => {
      const name = found(secretId);
      if (name === undefined || !['AWSCURRENT', 'v1'].includes(version)) return { found: false, why: 'missing' };
      const value = new Secret(JSON.stringify(credentials[name]));
      return { found: true, arn: arnOf(name), name, versionId: 'v1', createdAt: epochMs(createdAt), value };
    },
    describe: async (secretId) => {
      const name = found(secretId);
      return name === undefined
        ? undefined
        : { arn: arnOf(name), name, tags: {}, stages: { AWSCURRENT: 'v1' }, isReplica: false };
    },
    tag: async () => {},
    tagged: async function* () {},
  };
};
