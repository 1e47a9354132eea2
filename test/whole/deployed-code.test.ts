import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { ReceiveMessageCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { App } from 'aws-cdk-lib';
import { expect, it, onTestFinished } from 'vitest';
import cdk from '../../cdk.json' with { type: 'json' };
import { BUNDLE } from '../../infra/constructs/functions/bundling.ts';
import { KeyRevokerStack } from '../../infra/key-revoker-stack.ts';
import { startAws } from '../../infra/local/aws/start-aws.ts';
import { deploy } from '../../infra/local/deploy.ts';
import { eventSource } from '../../infra/local/lambda/event-source.ts';
import { startFunction } from '../../infra/local/lambda/runtime.ts';
import { startSandbox } from '../../infra/local/sandbox/index.ts';
import type { Template } from '../../infra/synthesize.ts';

/** The bundle of a function as a deployment uploads it, copied to where no package can be found beside it. */
const uploaded = (directory: string, { Resources }: Template, handler: string): string => {
  const found = Object.values(Resources).find(({ Metadata }) => Metadata?.['key-revoker:handler'] === handler);
  if (found === undefined) throw new Error(`Cannot find the function of ${handler} in the template`);
  const { S3Key } = found.Properties['Code'] as { readonly S3Key: string };
  const folder = mkdtempSync(join(tmpdir(), 'key-revoker-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const path = join(folder, BUNDLE);
  copyFileSync(join(directory, `asset.${S3Key.replace('.zip', '')}`, BUNDLE), path);
  return path;
};

it('carries out a request with the very file that is deployed', async () => {
  const app = new App({ context: cdk.context });
  const { stackName } = new KeyRevokerStack(app, 'KeyRevoker', { revocation: { mode: 'enforce' } });
  const assembly = app.synth();
  const template = assembly.getStackByName(stackName).template;
  const [aws, bybit] = await Promise.all([startAws(), startSandbox('bybit')]);
  onTestFinished(() => Promise.all([aws.close(), bybit.close()]).then(() => undefined));
  const deployment = await deploy(template, aws);
  const [mapping] = deployment.mappings;
  const config = Object.values(deployment.functions).find(({ handlerModule }) => handlerModule.includes('revoke'));
  if (mapping === undefined || config === undefined)
    throw new Error('Cannot find the revoking function in the template');
  const handlerModule = uploaded(assembly.directory, template, config.handlerModule);
  const overrides = { BYBIT_BASE_URL: bybit.url };
  const lines: string[] = [];
  const onLine = (line: string): void => void lines.push(line);
  const revoke = startFunction({ ...config, handlerModule }, { endpointUrl: aws.url, overrides, onLine });
  onTestFinished(() => revoke.close());

  const client = {
    endpoint: aws.url,
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  };
  const sqs = new SQSClient(client);
  // It may trade and nothing else, so Bybit refuses the delete: an end without a wait for a proof.
  bybit.addMaster('mainnet', {
    apiKey: 'TRADEONLYexample01',
    apiSecret: 'of-this-test-0123456789-0123456789-01',
    permissions: { Spot: ['SpotTrade'] },
  });
  const SecretString = JSON.stringify({
    apiKey: 'TRADEONLYexample01',
    apiSecret: 'of-this-test-0123456789-0123456789-01',
  });
  await new SecretsManagerClient(client).send(
    new CreateSecretCommand({ Name: 'key-revoker/trade-only', SecretString }),
  );
  const order = {
    provider: 'bybit',
    operation: 'delete-master-key',
    secretId: 'key-revoker/trade-only',
    target: 'self',
  };
  await sqs.send(new SendMessageCommand({ QueueUrl: mapping.queueUrl, MessageBody: JSON.stringify(order) }));
  const delivery = await eventSource(mapping, { client: sqs, invoke: revoke.invoke }).once();

  expect(delivery, lines.join('\n')).toMatchObject({ received: [expect.any(String)], failed: [] });
  expect(bybit.record.map(({ method, path }) => `${method} ${path}`)).toEqual([
    'GET /v5/user/query-api',
    'POST /v5/user/delete-api',
  ]);
  const stuck = Object.entries(deployment.queues).find(([id]) => id.includes('Stuck'))?.[1].url;
  const { Messages = [] } = await sqs.send(
    new ReceiveMessageCommand({ QueueUrl: stuck, MessageAttributeNames: ['code'] }),
  );
  expect(Messages.map(({ MessageAttributes }) => MessageAttributes?.['code']?.StringValue)).toEqual([
    'permission-missing',
  ]);
});
