import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build, type Metafile } from 'esbuild';
import { BUNDLING, ROOT } from '../constructs/bundling.ts';

/** The file that `bin` names, in the folder of the command line. */
export const PROGRAM = 'key-revoker.mjs';

/**
 * Bundles the command line with all that it needs, so that whoever installs the package installs nothing else. Names stay as they are
 * written: what is said of an error of AWS goes by its class.
 *
 * @returns what went into it
 */
export const bundleCommandLine = async (outdir: string): Promise<Metafile> => {
  const { metafile } = await build({
    absWorkingDir: ROOT,
    entryPoints: ['functions/operator/main.ts'],
    outdir,
    bundle: true,
    metafile: true,
    // What few need, as the ways to credentials, is read when it is needed.
    splitting: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    minifyWhitespace: true,
    minifySyntax: true,
    mainFields: [...BUNDLING.mainFields],
    banner: { js: BUNDLING.banner },
    outExtension: { '.js': '.mjs' },
  });
  writeFileSync(join(outdir, PROGRAM), "#!/usr/bin/env node\nimport './main.mjs';\n", { mode: 0o755 });
  return metafile;
};
