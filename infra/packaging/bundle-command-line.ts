import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build, type Metafile } from 'esbuild';
import { BUNDLING, ROOT } from '../constructs/functions/bundling.ts';

/** The file that `bin` names, in the folder of the command line. */
export const PROGRAM = 'key-revoker.mjs';

const NEED_NODE = 'need-node.cjs';

/** The script of the console's page, which goes into the bundle as a text. */
const MORPH = 'node_modules/idiomorph/dist/idiomorph.min.js';

/** On a Node that is too old nothing else is read, since a command would stop half way: its request sent, and nobody told. */
const START = `#!/usr/bin/env node\nimport "./${NEED_NODE}";\nawait import("./main.mjs");\n`;

/**
 * Bundles the command line with all that it needs, so that a user of the package installs nothing else. Names stay as they are
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
    target: 'node22',
    define: { MORPH_SOURCE: JSON.stringify(readFileSync(join(ROOT, MORPH), 'utf8')) },
    minifyWhitespace: true,
    minifySyntax: true,
    mainFields: [...BUNDLING.mainFields],
    // CommonJS dependencies call require, which an ES module does not have.
    banner: { js: "import{createRequire}from'module';const require=createRequire(import.meta.url);" },
    outExtension: { '.js': '.mjs' },
  });
  copyFileSync(join(ROOT, 'infra', NEED_NODE), join(outdir, NEED_NODE));
  writeFileSync(join(outdir, PROGRAM), START, { mode: 0o755 });
  return metafile;
};
