import { App, Validations } from 'aws-cdk-lib';
import type { IAlarmAction } from 'aws-cdk-lib/aws-cloudwatch';
import { ArnPrincipal } from 'aws-cdk-lib/aws-iam';
import { AwsSolutionsChecks } from 'cdk-nag';
import { readContext } from './app-context.ts';
import { KeyRevokerStack, publishTo } from './key-revoker-stack.ts';

const build = (): void => {
  const app = new App();
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  const { revocation, senders, requestTopics, alarmTopics, urgentAlarmTopics } = readContext(app.node.getAllContext());
  const { CDK_DEFAULT_ACCOUNT: account, CDK_DEFAULT_REGION: region } = process.env;
  const env = account && region ? { env: { account, region } } : {};
  const actions = new Map([...alarmTopics, ...urgentAlarmTopics].map((arn) => [arn, publishTo(arn)]));
  const of = (topics: readonly string[]): IAlarmAction[] => topics.flatMap((arn) => actions.get(arn) ?? []);
  const alarmActions = of(alarmTopics);
  const urgentAlarmActions = of(urgentAlarmTopics);
  const props = { revocation: { ...revocation, alarmActions, urgentAlarmActions }, requestTopics, ...env };
  const { revocation: instance } = new KeyRevokerStack(app, 'KeyRevoker', props);
  for (const arn of senders) instance.grantRequest(new ArnPrincipal(arn));
};

try {
  build();
} catch (error) {
  // Our own sentences say all; whatever else is thrown is a defect, which needs its stack.
  if (!(error instanceof Error) || !error.message.startsWith('Cannot ')) throw error;
  console.error(error.message);
  // At once: an exit that is only announced would still have the app synthesized as far as it was built.
  process.exit(1);
}
