import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Metafile } from 'esbuild';
import { ROOT } from '../constructs/functions/bundling.ts';

const PACKAGE = /^.*node_modules\/(?:@[^/]+\/)?[^/]+/;

const LICENSE = /^(licen[cs]e|notice|copying)(\.(md|txt))?$/i;

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly license?: string;
}

/** The licences of all packages that were bundled, which ask to be handed on with the code; each text once. */
export const licensesOf = (bundles: readonly Metafile[]): string => {
  const outputs = bundles.flatMap((bundle) => Object.values(bundle.outputs));
  const inputs = outputs.flatMap((output) => Object.keys(output.inputs));
  const folders = [...new Set(inputs.flatMap((path) => PACKAGE.exec(path)?.[0] ?? []))].map((path) => join(ROOT, path));
  const byText = Map.groupBy(folders, textsIn);
  const parts = [...byText].map(([text, those]) => `${those.map(titleOf).toSorted().join('\n')}\n\n${text}`.trim());
  return `${parts.toSorted().join(RULE)}\n`;
};

const RULE = `\n\n${'-'.repeat(80)}\n\n`;

const read = (folder: string, file: string): string => readFileSync(join(folder, file), 'utf8').trim();

const textsIn = (folder: string): string =>
  readdirSync(folder)
    .filter((file) => LICENSE.test(file))
    .map((file) => read(folder, file))
    .join('\n\n');

const titleOf = (folder: string): string => {
  const { name, version, license = 'see below' } = JSON.parse(read(folder, 'package.json')) as Manifest;
  return `${name} ${version}, ${license}`;
};
