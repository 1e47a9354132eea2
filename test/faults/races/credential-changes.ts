import type { Seeded } from '../orders/order-under-test.ts';
import type { MemoryVault } from '../simulated/memory-vault.ts';
import type { At, Happening } from './happenings.ts';

interface Change {
  readonly name: string;
  readonly does: (vault: MemoryVault, secret: string, seeded: Seeded) => void;
  readonly later?: (vault: MemoryVault, secret: string) => void;
  readonly orElse?: readonly string[];
}

const rotate: Change['does'] = (vault, secret, { rotated }) => vault.put(secret, JSON.stringify(rotated[secret]));

/** After an accepted call its death is not undone, and not proved. */
const MISSING = ['stuck/credential-missing', 'stuck/unproven'];

const CHANGES: readonly Change[] = [
  { name: 'stored again', does: (vault, secret, { secrets }) => vault.put(secret, JSON.stringify(secrets[secret])) },
  { name: 'rotated', does: rotate },
  {
    name: 'rotated twice, its old versions forgotten',
    does: (vault, secret, seeded) => {
      rotate(vault, secret, seeded);
      rotate(vault, secret, seeded);
      vault.forgetOld(secret);
    },
    orElse: MISSING,
  },
  { name: 'deleted', does: (vault, secret) => vault.remove(secret), orElse: MISSING },
  { name: 'scheduled for deletion', does: (vault, secret) => vault.schedule(secret), orElse: MISSING },
  {
    name: 'scheduled for deletion, and restored later',
    does: (vault, secret) => vault.schedule(secret),
    later: (vault, secret) => vault.restore(secret),
  },
  { name: 'made binary', does: (vault, secret) => vault.put(secret, undefined) },
  { name: 'made unreadable', does: (vault, secret) => vault.put(secret, '{"apiKey":') },
];

const secretsIn = ({ request }: Seeded): readonly string[] => {
  const { secretId, target } = request as { secretId: string; target: string | { secretId?: string } };
  return [secretId, ...(typeof target === 'object' && target.secretId !== undefined ? [target.secretId] : [])];
};

/** Whether it is settled what the secrets mean: by what this delivery has opened or, where it ends there, by the ledger. */
const isSettled =
  (secrets: number) =>
  ({ call, before, goesOn }: At): boolean =>
    goesOn ? before.filter(({ port }) => port === 'vault.open').length >= secrets : call?.isPinned === true;

/** What the owner of a request's secrets may do to them, once they were opened. */
export const credentialChanges = (seeded: Seeded): readonly Happening[] => {
  const secrets = secretsIn(seeded);
  return secrets.flatMap((secret) =>
    CHANGES.map(({ name, does, later, orElse = [] }) => ({
      name: `${secret} ${name}`,
      does: ({ world }) => does(world.vault, secret, world.seeded),
      ...(later && { later: ({ world }) => later(world.vault, secret) }),
      orElse,
      fits: isSettled(secrets.length),
    })),
  );
};
