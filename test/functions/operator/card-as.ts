import { GetParameterCommand, PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { cardName, type DeploymentCard } from '../../../functions/core/request/deployment-card.ts';
import { digest } from '../../../functions/edge/process/digest.ts';

/** Has the deployment tell of itself what it was deployed with otherwise: `observe`, other limits. */
export const cardAs = async (change: Partial<DeploymentCard>): Promise<void> => {
  const ssm = new SSMClient({
    region: 'us-east-1',
    credentials: { accessKeyId: 'OPERATOR', secretAccessKey: 'local' },
  });
  const Name = cardName('key-revoker/', digest);
  const { Parameter } = await ssm.send(new GetParameterCommand({ Name }));
  const Value = JSON.stringify({ ...JSON.parse(Parameter?.Value ?? ''), ...change });
  await ssm.send(new PutParameterCommand({ Name, Value, Type: 'String', Overwrite: true }));
  ssm.destroy();
};
