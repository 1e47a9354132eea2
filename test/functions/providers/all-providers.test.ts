import { describe, expect, it } from 'vitest';
import type { Provider } from '../../../functions/core/provider.ts';
import { requestForm } from '../../../functions/core/request/revocation-request.ts';
import * as PROVIDERS from '../../../functions/providers/index.ts';

const ALL: readonly (readonly [string, Provider])[] = Object.entries(PROVIDERS);

/** Names that a locator may not have: a target, a pin or an option of the command line has them already. */
const TAKEN: readonly string[] = [
  ...['secretId', 'secretVersion', 'locator', 'signer', 'target', 'self', 'keyId', 'environment', 'realm'],
  ...['keyName', 'signerName', 'secret', 'targetVersion', 'settings', 'json', 'prefix'],
  ...requestForm(PROVIDERS).options.flatMap(({ shape }) => Object.keys(shape)),
  ...ALL.flatMap(([, { keyForm }]) => keyForm.field),
];

describe.each(ALL)('%s', (listed, provider) => {
  const operations = Object.entries(provider.operations);

  it('is listed under its own name, which can be part of a variable', () => {
    expect(provider.name).toBe(listed);
    expect(listed).toMatch(/^[a-z][a-z0-9]*$/);
  });

  it('has environments whose realms are environments', () => {
    const names = Object.keys(provider.environments);
    for (const { realm } of Object.values(provider.environments)) expect(names).toContain(realm);
  });

  it('has locators whose names are free', () =>
    expect(Object.keys(provider.locators).filter((name) => TAKEN.includes(name))).toEqual([]));

  it('says of nobody but a signer what it needs', () => {
    for (const [, { signers, needs }] of operations)
      expect(Object.keys(needs).filter((signer) => !signers.some((one) => one === signer))).toEqual([]);
  });

  it('says to people what it is, who manages its keys, what each signer needs and what nobody has confirmed', () => {
    expect(provider.title).toMatch(/^[A-Z]/);
    expect(provider.manager).toMatch(/^[a-z].*[a-z]$/);
    expect(provider.docs).toMatch(/^https:\/\/.+\..+\/./);
    for (const [, { signers, needs }] of operations)
      for (const signer of signers) expect(needs[signer]).toMatch(/^[a-z].*[a-z`)]$/i);
    expect(provider.unconfirmed.length).toBeGreaterThan(0);
    for (const { what, weDo } of provider.unconfirmed)
      for (const said of [what, weDo]) expect(said).toMatch(/^[A-Z].+\.$/);
  });

  it('refuses everyone in regions of AWS, of which it names the country', () => {
    for (const [region, country] of Object.entries(provider.refusedRegions))
      expect([region, country]).toEqual([
        expect.stringMatching(/^[a-z]{2}-/),
        expect.stringMatching(/^[a-z].*[a-z]$/i),
      ]);
  });

  it('has an example of settings that it takes itself', () => {
    const { settings } = provider;
    if (settings === undefined) return;
    const words = settings.example.split(' ').map((word) => word.split('=') as [string, string]);
    const example = settings.fromWords(words);
    expect(settings.shape.safeParse(example)).toMatchObject({ success: true });
    expect(Object.keys(example).toSorted()).toEqual(settings.oneOf.toSorted());
  });

  it('has settings where it has an update, and only there', () => {
    const hasUpdate = operations.some(([, { kind }]) => kind === 'update');
    expect(provider.settings !== undefined).toBe(hasUpdate);
    const { oneOf = [], fields = [] } = provider.settings ?? {};
    expect(oneOf.filter((field) => !fields.includes(field))).toEqual([]);
    expect(oneOf.length > 0).toBe(hasUpdate);
  });

  it('contains by an update what a delete of its own could not do', () => {
    const { containment } = provider;
    if (containment === undefined) return;
    expect(provider.operations[containment.after]?.kind).toBe('delete');
    expect(provider.operations[containment.operation]?.kind).toBe('update');
    for (const readOnly of [true, false])
      expect(provider.settings?.shape.safeParse(containment.settings(readOnly)).success).toBe(true);
  });
});
