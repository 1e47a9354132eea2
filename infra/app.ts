import { App, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import type { KeyRevocationProps, Mode, ProviderName } from './key-revocation-props.ts';
import { KeyRevokerStack } from './key-revoker-stack.ts';

const app = new App();
Validations.of(app).addPlugins(new AwsSolutionsChecks(app));

const context = (name: string): string | undefined => app.node.tryGetContext(name);
const [prefix, mode, providers] = ['prefix', 'mode', 'providers'].map(context);
// The construct checks what was given; whatever was not has its default there.
const revocation: KeyRevocationProps = {
  ...(prefix !== undefined && { prefix }),
  ...(mode !== undefined && { mode: mode as Mode }),
  ...(providers !== undefined && { providers: providers.split(',') as ProviderName[] }),
};

const { CDK_DEFAULT_ACCOUNT: account, CDK_DEFAULT_REGION: region } = process.env;
new KeyRevokerStack(app, 'KeyRevoker', { revocation, ...(account && region ? { env: { account, region } } : {}) });
