import { ACCOUNT, arnOf } from '../../../infra/local/aws/protocol/account.ts';
import type { SecretStore } from '../../../infra/local/aws/secrets/secret-store.ts';

const DAY_MS = 86_400_000;
const FAR = '2099-03-31T16:00:00Z';

export interface Filling {
  readonly prefix: string;
  readonly secrets: number;
  /** One of so many is due. */
  readonly oneDueOf: number;
}

/** Fills in secrets of tagged keys, without the calls that would make them; those that are due have been so since yesterday. */
export const fillSecrets = (store: SecretStore, { prefix, secrets, oneDueOf }: Filling): void => {
  const createdAt = store.now() - 2 * DAY_MS;
  const yesterday = new Date(store.now() - DAY_MS).toISOString();
  for (let n = 0; n < secrets; n += 1) {
    const name = `${prefix}${ACCOUNT.region}/key-${n}`;
    const id = `${String(n).padStart(8, '0')}-0000-4000-8000-000000000000`;
    store.put({
      name,
      arn: arnOf('secretsmanager', `secret:${name}-AbCdEf`),
      position: store.nextPosition,
      createdAt,
      changedAt: createdAt,
      tags: new Map([
        ['key-revoker:expires-at', n % oneDueOf === 0 ? yesterday : FAR],
        ['key-revoker:provider', 'kalshi'],
        ['key-revoker:operation', 'delete-key'],
      ]),
      versions: [{ id, value: { SecretString: '{}' }, createdAt }],
      stages: new Map([['AWSCURRENT', id]]),
    });
  }
};
