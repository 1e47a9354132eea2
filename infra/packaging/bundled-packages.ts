import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Metafile } from 'esbuild';
import { ROOT } from '../constructs/functions/bundling.ts';

const PACKAGE = /^.*node_modules\/(?:@[^/]+\/)?[^/]+/;

/** A package that went into a bundle. */
export interface BundledPackage {
  /** Absolute. */
  readonly folder: string;
  readonly name: string;
  readonly version: string;
  /** As an SPDX expression. */
  readonly license: string | undefined;
}

/** The packages in bundles, each once, by name and version. */
export const packagesIn = (bundles: readonly Metafile[]): readonly BundledPackage[] => {
  const outputs = bundles.flatMap((bundle) => Object.values(bundle.outputs));
  const inputs = outputs.flatMap((output) => Object.keys(output.inputs));
  const folders = [...new Set(inputs.flatMap((path) => PACKAGE.exec(path)?.[0] ?? []))].map((path) => join(ROOT, path));
  return folders
    .map((folder) => {
      const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
      return { folder, name, version, license };
    })
    .toSorted((a, b) => a.name.localeCompare(b.name) || a.version.localeCompare(b.version));
};
