import { describe, expect, it } from 'vitest';
import { providerNamed } from '../../../../functions/core/provider.ts';
import * as PROVIDERS from '../../../../functions/providers/index.ts';
import type { Account, Member } from '../../../../infra/local/sandbox/cast.ts';
import { SANDBOX_NAMES, SANDBOX_OF, type SandboxName } from '../../../../infra/local/sandbox/index.ts';

const membersOf = ({ managing, key }: Account, signing: string): readonly Member[] => [
  ...(managing ? [managing(1, { signing }), managing(2, { signing })] : []),
  ...[key(1, { signing }), key(2, { signing, lacks: true }), key(3, { signing, isManaged: true, group: 1 })],
];

it('has a sandbox for each provider, and for no other', () => {
  expect(SANDBOX_NAMES.toSorted()).toEqual(Object.keys(PROVIDERS).toSorted());
});

describe.each(SANDBOX_NAMES)('the cast of %s', (name: SandboxName) => {
  const { title, cast, side } = SANDBOX_OF[name];
  const provider = providerNamed(PROVIDERS, name);
  if (provider === undefined) throw new Error(`Cannot find the provider ${name}`);

  it('knows the operations, signers and permissions that the provider says it has', () => {
    expect(title).toBe(provider.title);
    const known = Object.entries(provider.operations).map(([operation, { kind, signers, needs }]) => [
      operation,
      { kind, signers, needsPermission: Object.keys(needs).length > 0 },
    ]);
    const played = Object.entries(cast.operations).map(([operation, { of: _, ...doable }]) => [operation, doable]);
    expect(Object.fromEntries(played)).toEqual(Object.fromEntries(known));
  });

  it.each(cast.signing)(
    'makes keys that live, each with a credential and a name that the product reads: %s',
    async (signing) => {
      const sandbox = await side();
      const members = [0, 1].flatMap((n) => membersOf(cast.account(sandbox, n), signing));
      expect(new Set(members.map(({ keyId }) => keyId)).size).toBe(members.length);
      for (const { keyId, world, credential, named, located } of members) {
        expect(sandbox.isAlive(world, keyId)).toBe(true);
        expect([undefined, keyId]).toContain(provider.credential(credential).keyId);
        expect(named).toEqual({ [provider.keyForm.field]: provider.keyForm.shape.parse(keyId) });
        const { [provider.keyForm.field]: id, ...where } = located;
        expect(id).toBe(keyId);
        for (const [field, value] of Object.entries(where)) expect(provider.locators[field]?.parse(value)).toBe(value);
      }
      await sandbox.close();
    },
  );

  it('gives the samples credentials that the product reads, and names of their own', async () => {
    const sandbox = await side();
    const samples = cast.samples?.() ?? [];
    expect(new Set(samples.map((sample) => sample.name)).size).toBe(samples.length);
    for (const { keyId, world, credential, put } of samples) {
      put(sandbox);
      expect(sandbox.isAlive(world, keyId)).toBe(true);
      expect([undefined, keyId]).toContain(provider.credential(credential).keyId);
    }
    await sandbox.close();
  });

  it('names a key that the provider never had as the product would', async () => {
    const sandbox = await side();
    const { [provider.keyForm.field]: keyId = '' } = cast.account(sandbox, 0).nobody(1);
    expect(provider.keyForm.shape.parse(keyId)).toBe(keyId);
    expect(sandbox.isAlive(cast.world, keyId)).toBe(false);
    await sandbox.close();
  });
});
