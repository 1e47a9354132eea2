import { join } from 'node:path';
import { type BundlingOptions, OutputFormat } from 'aws-cdk-lib/aws-lambda-nodejs';

/** The package's own folder, from which handlers are named by path. */
export const ROOT = join(import.meta.dirname, '..', '..', '..');

/** `functions/revoke/handler.ts`, relative to the package's folder. */
export const handlerPath = (name: string): string => `functions/${name}/handler.ts`;

/**
 * What no function here ever loads: ways to credentials that Lambda does not have (it hands them over in the environment), streams of events, and
 * what tells browsers apart. The clients name each by an import that is not reached. A bundle with them in it is a tenth larger, and all that
 * they share with the rest loads more slowly.
 */
const NEVER_LOADED = [
  ...['http', 'ini', 'process', 'sso', 'web-identity'].map((way) => `@aws-sdk/credential-provider-${way}`),
  ...['@smithy/credential-provider-imds', '@smithy/core/event-streams', 'bowser'],
];

/** The name of a bundle. */
export const BUNDLE = 'index.js';

/** How handlers are bundled. The AWS SDK is ours, not the runtime's, so that what was tested is what runs. */
export const BUNDLING = {
  // Loads faster than an ES module: Node evaluates every export of a module of its own that an ES module imports, and those of `node:http`
  // load a client that nothing here uses.
  format: OutputFormat.CJS,
  minify: true,
  bundleAwsSDK: true,
  target: 'node24',
  externalModules: NEVER_LOADED,
  // Some dependencies are published as CommonJS beside an ES module; the latter is what can be shaken.
  mainFields: ['module', 'main'],
} satisfies BundlingOptions;
