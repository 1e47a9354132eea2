import { App, type AppProps, type CfnResource } from 'aws-cdk-lib';
import cdk from '../cdk.json' with { type: 'json' };
import type { KeyRevocationProps } from './key-revocation-props.ts';
import { KeyRevokerStack } from './key-revoker-stack.ts';

/** A CloudFormation template as far as it is read here; values are literals or intrinsic functions. */
export interface Template {
  readonly Resources: Readonly<Record<string, Resource>>;
  readonly Outputs: Readonly<Record<string, { readonly Value: unknown }>>;
}

export interface Resource {
  readonly Type: CfnResource['cfnResourceType'];
  readonly Properties: Readonly<Record<string, unknown>>;
  readonly Metadata?: Readonly<Record<string, unknown>>;
  readonly DeletionPolicy?: string;
  readonly UpdateReplacePolicy?: string;
}

/**
 * The template of `app.ts`, in this process and without the functions' code being bundled. Has the same context as `cdk.json`.
 *
 * @throws Error when a prop is outside its valid range.
 */
export const synthesize = (
  revocation: KeyRevocationProps = {},
  context: AppProps['context'] = cdk.context,
): Template => {
  const app = new App({ context: { ...context, 'aws:cdk:bundling-stacks': [] } });
  const { stackName } = new KeyRevokerStack(app, 'KeyRevoker', { revocation: { mode: 'enforce', ...revocation } });
  return app.synth().getStackByName(stackName).template;
};
