import { join } from 'node:path';
import { type BundlingOptions, OutputFormat } from 'aws-cdk-lib/aws-lambda-nodejs';

/** The package's own folder, from which handlers are named by path. */
export const ROOT = join(import.meta.dirname, '..', '..', '..');

/** `functions/revoke/handler.ts`, relative to the package's folder. */
export const handlerPath = (name: string): string => `functions/${name}/handler.ts`;

/** How handlers are bundled. The AWS SDK is ours, not the runtime's, so that what was tested is what runs. */
export const BUNDLING = {
  format: OutputFormat.ESM,
  minify: true,
  bundleAwsSDK: true,
  target: 'node24',
  // Ways to credentials that Lambda does not have: it hands them over in the environment, so these imports are never reached.
  externalModules: ['ini', 'process', 'sso', 'web-identity'].map((way) => `@aws-sdk/credential-provider-${way}`),
  // Some dependencies are published as CommonJS beside an ES module; the latter is what can be shaken.
  mainFields: ['module', 'main'],
  // CommonJS dependencies call require, which an ES module does not have.
  banner: "import{createRequire}from'module';const require=createRequire(import.meta.url);",
} satisfies BundlingOptions;
