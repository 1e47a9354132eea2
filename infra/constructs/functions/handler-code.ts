import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Code } from 'aws-cdk-lib/aws-lambda';
import type { NodejsFunctionProps } from 'aws-cdk-lib/aws-lambda-nodejs';
import { BUNDLING, handlerPath, ROOT } from './bundling.ts';

/**
 * What a function's code is made from. In the package the bundle lies beside this code, so that a consumer needs neither esbuild nor
 * Docker; in the repository nothing lies there, and CDK bundles the source.
 */
export const handlerCode = (name: string): Partial<NodejsFunctionProps> => {
  const bundled = join(import.meta.dirname, 'handlers', name);
  if (existsSync(bundled)) return { code: Code.fromAsset(bundled), handler: 'index.handler' };
  return {
    entry: join(ROOT, handlerPath(name)),
    projectRoot: ROOT,
    // Only names the package manager.
    depsLockFilePath: join(ROOT, 'package.json'),
    bundling: BUNDLING,
  };
};
