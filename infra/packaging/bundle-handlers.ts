import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Metafile } from 'esbuild';
import { BUNDLE, handlerPath, ROOT } from '../constructs/functions/bundling.ts';
import { bundle } from '../weigh.ts';

const names = (): readonly string[] =>
  readdirSync(join(ROOT, 'functions')).filter((name) => existsSync(join(ROOT, handlerPath(name))));

/**
 * Bundles every function as the CDK would, each into a folder of its name.
 *
 * @returns what went into each
 */
export const bundleHandlers = async (outdir: string): Promise<readonly Metafile[]> =>
  Promise.all(
    names().map(async (name) => {
      const { outputFiles, metafile } = await bundle(handlerPath(name));
      mkdirSync(join(outdir, name), { recursive: true });
      for (const { contents } of outputFiles) writeFileSync(join(outdir, name, BUNDLE), contents);
      return metafile;
    }),
  );
