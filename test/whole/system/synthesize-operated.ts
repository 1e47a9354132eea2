import { App } from 'aws-cdk-lib';
import { AccountRootPrincipal, Role } from 'aws-cdk-lib/aws-iam';
import cdk from '../../../cdk.json' with { type: 'json' };
import { KeyRevokerStack } from '../../../infra/key-revoker-stack.ts';
import type { Template } from '../../../infra/synthesize.ts';

/** The template of this repository's app, and a role in it that may use the command line. */
export const synthesizeOperated = (): Template => {
  const app = new App({ context: { ...cdk.context, 'aws:cdk:bundling-stacks': [] } });
  const stack = new KeyRevokerStack(app, 'KeyRevoker', { revocation: { mode: 'enforce' } });
  stack.revocation.grantOperate(new Role(stack, 'OperatorRole', { assumedBy: new AccountRootPrincipal() }));
  return app.synth().getStackByName(stack.stackName).template;
};
