import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { build } from 'esbuild';
import cdk from '../cdk.json' with { type: 'json' };
import { BUNDLE, BUNDLING, ROOT } from './constructs/functions/bundling.ts';
import { KeyRevokerStack } from './key-revoker-stack.ts';
import type { Template } from './synthesize.ts';

/** What the code of one handler weighs, in bytes. */
export interface Weight {
  readonly handler: string;
  readonly bytes: number;
  /** What each package and each file of ours adds to the bundle, heaviest first. */
  readonly inputs: readonly (readonly [name: string, bytes: number])[];
}

/**
 * Weighs the code of every handler as it would be deployed. Two functions may have the same handler, and then they have the same code.
 *
 * @throws Error when the bundle that is weighed is not, byte for byte, the one that a deployment would upload.
 */
export const weigh = async (): Promise<readonly Weight[]> => {
  const app = new App({ context: cdk.context });
  new KeyRevokerStack(app, 'KeyRevoker', { revocation: { mode: 'enforce' } });
  const { directory, stacks } = app.synth();
  const functions = new Map(stacks.flatMap(({ template }) => functionsIn(template)).map((one) => [one.asset, one]));
  return Promise.all(
    [...functions.values()].map(({ handler, asset }) => weighOne(handler, join(directory, asset, BUNDLE))),
  );
};

const functionsIn = ({ Resources }: Template): readonly { readonly handler: string; readonly asset: string }[] =>
  Object.values(Resources)
    .filter(({ Type }) => Type === 'AWS::Lambda::Function')
    .map(({ Properties, Metadata }) => {
      const { S3Key } = Properties['Code'] as { readonly S3Key: string };
      return { handler: String(Metadata?.['key-revoker:handler']), asset: `asset.${S3Key.replace('.zip', '')}` };
    });

const weighOne = async (handler: string, deployedPath: string): Promise<Weight> => {
  const deployed = readFileSync(deployedPath);
  const { outputFiles, metafile } = await bundle(handler);
  const [output] = Object.values(metafile.outputs);
  if (!output || !outputFiles[0] || !deployed.equals(outputFiles[0].contents)) {
    throw new Error(`Cannot weigh the inputs of ${handler}, wanted the bundle of ${deployedPath}`);
  }
  const inputs = new Map<string, number>();
  for (const [path, { bytesInOutput }] of Object.entries(output.inputs)) {
    inputs.set(inputName(path), (inputs.get(inputName(path)) ?? 0) + bytesInOutput);
  }
  return { handler, bytes: deployed.length, inputs: [...inputs].toSorted(([, a], [, b]) => b - a) };
};

/** `@aws-sdk/client-sqs` for any file of that package, the path for a file of ours. */
const inputName = (path: string): string => /.*node_modules\/((@[^/]+\/)?[^/]+)/.exec(path)?.[1] ?? path;

/** What CDK has esbuild do with a handler (its path in the repository), with a list of what went in; nothing is written. */
export const bundle = (handler: string) => {
  const { format, minify, target, externalModules } = BUNDLING;
  return build({
    absWorkingDir: ROOT,
    entryPoints: [handler],
    bundle: true,
    platform: 'node',
    write: false,
    metafile: true,
    outfile: BUNDLE,
    format,
    minify,
    target,
    external: externalModules,
    mainFields: [...BUNDLING.mainFields],
  });
};
