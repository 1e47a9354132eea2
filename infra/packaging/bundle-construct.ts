import { build, type Metafile } from 'esbuild';
import { ROOT } from '../constructs/functions/bundling.ts';

/** What a consumer's app has already: with a copy of our own its constructs would be strangers to it. */
export const PEERS: readonly string[] = ['aws-cdk-lib', 'constructs'];

/**
 * Bundles the construct as one CommonJS file: apps that import and apps that require it get the same instance of it, by which two
 * instances in one app find each other's prefix.
 *
 * @returns what went into it
 */
export const bundleConstruct = async (outfile: string): Promise<Metafile> => {
  const { metafile } = await build({
    absWorkingDir: ROOT,
    entryPoints: ['infra/index.ts'],
    outfile,
    bundle: true,
    metafile: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    external: [...PEERS],
    define: { 'import.meta.dirname': '__dirname' },
  });
  return metafile;
};
