import type { Asker, Provider } from '../../functions/core/provider.ts';
import * as PROVIDERS from '../../functions/providers/index.ts';

const ALL: readonly Provider[] = Object.values(PROVIDERS);

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');

const code = (text: string): string => `\`${text}\``;

const signerText = ({ manager }: Provider, signer: Asker): string => (signer === 'self' ? 'itself' : manager);

/** Texts by the name of their place in a page. */
const PARTS: Readonly<Record<string, () => string>> = {
  operations: () =>
    table(
      ['operation', 'signed by', 'ends as'],
      ALL.flatMap((provider) =>
        Object.entries(provider.operations).map(([name, { kind, signers }]) => [
          code(`${provider.name}/${name}`),
          [
            signers.length === 1 ? 'only ' : '',
            signers.map((signer) => signerText(provider, signer)).join(' or '),
          ].join(''),
          kind === 'delete' ? 'dead' : 'restricted',
        ]),
      ),
    ),
  signers: () =>
    table(
      ['provider', 'operation', 'signed by', 'the signing key needs'],
      ALL.flatMap((provider) =>
        Object.entries(provider.operations).flatMap(([name, { signers, needs }]) =>
          signers.map((signer) => [
            code(provider.name),
            code(name),
            signerText(provider, signer),
            needs[signer] ?? 'nothing more',
          ]),
        ),
      ),
    ),
  environments: () =>
    table(
      ['provider', 'environment', 'host'],
      ALL.flatMap(({ name, environments }) =>
        Object.entries(environments).map(([environment, { host }]) => [code(name), code(environment), host]),
      ),
    ),
  documentation: () => ALL.map(({ title, docs }) => `- [${title}](${docs})`).join('\n'),
  unconfirmed: () =>
    table(
      ['provider', 'open', 'what this system does'],
      ALL.flatMap(({ title, unconfirmed }) => unconfirmed.map(({ what, weDo }) => [title, what, weDo])),
    ),
};

const PAGES = ['README.md', 'docs/operations.md', 'docs/requests.md'];

const PLACE = /(<!-- generated: (\w+) -->\n)[\s\S]*?(\n<!-- end -->)/g;

const page = (text: string): string =>
  text.replaceAll(PLACE, (_all, begin: string, name: string, end: string) => {
    const made = PARTS[name];
    if (made === undefined)
      throw new Error(`Cannot generate "${name}", wanted one of ${Object.keys(PARTS).join(', ')}`);
    return `${begin}${made()}${end}`;
  });

/** The text below exports names; this file does not. */
const EXPORTED = 'export';

const names = (): string => {
  const list = ALL.map(({ name }) => `'${name}'`).join(', ');
  const regions = ALL.flatMap(({ name, title, refusedRegions }) =>
    Object.entries(refusedRegions).map(
      ([begins, country]) =>
        `  { provider: '${name}', title: '${title}', begins: '${begins}', country: '${country}' },\n`,
    ),
  );
  return `// Made by \`npm run generate\` from functions/providers. Do not edit.

${EXPORTED} const PROVIDER_NAMES = [${list}] as const;

${EXPORTED} type ProviderName = (typeof PROVIDER_NAMES)[number];

/** Where a provider answers nobody, by what the names of AWS regions there begin with. */
${EXPORTED} const REFUSED_REGIONS = [
${regions.join('')}] as const;
`;
};

/**
 * What the repository holds of the providers outside their folders: names for the construct, whose declarations may not reach zod, and
 * tables between markers in the pages.
 *
 * @param read the text of a file of the repository
 * @returns the text that each of these files should have
 */
export const generated = (read: (file: string) => string): Readonly<Record<string, string>> => ({
  'infra/provider-names.ts': names(),
  ...Object.fromEntries(PAGES.map((file) => [file, page(read(file))])),
});
