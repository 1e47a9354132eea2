import { App, Validations } from 'aws-cdk-lib';
import { ArnPrincipal } from 'aws-cdk-lib/aws-iam';
import { AwsSolutionsChecks } from 'cdk-nag';
import type { KeyRevocationProps, Mode, ProviderName } from './key-revocation-props.ts';
import { KeyRevokerStack } from './key-revoker-stack.ts';

const app = new App();
Validations.of(app).addPlugins(new AwsSolutionsChecks(app));

const context = (name: string): string | undefined => app.node.tryGetContext(name);
const [prefix, mode, providers, senders] = ['prefix', 'mode', 'providers', 'senders'].map(context);
// The construct checks what was given; whatever was not has its default there.
const revocation: KeyRevocationProps = {
  ...(prefix !== undefined && { prefix }),
  ...(mode !== undefined && { mode: mode as Mode }),
  ...(providers !== undefined && { providers: providers.split(',') as ProviderName[] }),
};

const { CDK_DEFAULT_ACCOUNT: account, CDK_DEFAULT_REGION: region } = process.env;
const env = account && region ? { env: { account, region } } : {};
const { revocation: instance } = new KeyRevokerStack(app, 'KeyRevoker', { revocation, ...env });
// Roles and users that may send requests, by ARN; without any, the bus is the only way in.
for (const arn of senders?.split(',') ?? []) instance.grantRequest(new ArnPrincipal(arn.trim()));
