import { join } from 'node:path';
import { build } from 'esbuild';

/** Bundles the peer as the CDK does by default, but minified. @returns its size in bytes */
export const bundlePeer = async (outfile: string): Promise<number> => {
  const { metafile } = await build({
    entryPoints: [join(import.meta.dirname, '../peer/handler.ts')],
    outfile,
    bundle: true,
    minify: true,
    metafile: true,
    platform: 'node',
    format: 'cjs',
    target: 'node24',
    logLevel: 'error',
  });
  return Object.values(metafile.outputs).reduce((sum, { bytes }) => sum + bytes, 0);
};
