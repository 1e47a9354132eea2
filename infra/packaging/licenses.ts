import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BundledPackage } from './bundled-packages.ts';

const LICENSE = /^(licen[cs]e|notice|copying)(\.(md|txt))?$/i;

/** The licences of all packages that were bundled, which ask to be handed on with the code; each text once. */
export const licensesOf = (packages: readonly BundledPackage[]): string => {
  const byText = Map.groupBy(packages, textsIn);
  const parts = [...byText].map(([text, those]) => `${those.map(titleOf).toSorted().join('\n')}\n\n${text}`.trim());
  return `${parts.toSorted().join(RULE)}\n`;
};

const RULE = `\n\n${'-'.repeat(80)}\n\n`;

const textsIn = ({ folder }: BundledPackage): string =>
  readdirSync(folder)
    .filter((file) => LICENSE.test(file))
    .map((file) => readFileSync(join(folder, file), 'utf8').trim())
    .join('\n\n');

const titleOf = ({ name, version, license = 'see below' }: BundledPackage): string => `${name} ${version}, ${license}`;
