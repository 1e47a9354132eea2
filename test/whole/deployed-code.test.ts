import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { ReceiveMessageCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { App } from 'aws-cdk-lib';
import { unzipSync } from 'fflate';
import { expect, it, onTestFinished } from 'vitest';
import cdk from '../../cdk.json' with { type: 'json' };
import { BUNDLE } from '../../infra/constructs/functions/bundling.ts';
import { KeyRevokerStack } from '../../infra/key-revoker-stack.ts';
import { startAws } from '../../infra/local/aws/start-aws.ts';
import { deploy } from '../../infra/local/deploy.ts';
import { eventSource } from '../../infra/local/lambda/event-source.ts';
import { startFunction } from '../../infra/local/lambda/runtime.ts';
import { startSandbox } from '../../infra/local/sandbox/index.ts';
import { TEMPLATE, writeTemplate } from '../../infra/release.ts';
import type { Template } from '../../infra/synthesize.ts';
import { given } from '../infra/package/given.ts';

const newFolder = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'key-revoker-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
};

/** The name of the code of a function, as a deployment finds it. */
const codeOf = ({ Resources }: Template, handler: string): string => {
  const found = Object.values(Resources).find(({ Metadata }) => Metadata?.['key-revoker:handler'] === handler);
  if (found === undefined) throw new Error(`Cannot find the function of ${handler} in the template`);
  return (found.Properties['Code'] as { readonly S3Key: string }).S3Key;
};

/** A template, and what puts a function's code where no package can be found beside it. */
interface Deployable {
  readonly template: Template;
  bundle(handler: string): string;
}

const asCdk = (): Deployable => {
  const app = new App({ context: cdk.context });
  const { stackName } = new KeyRevokerStack(app, 'KeyRevoker', { revocation: { mode: 'enforce' } });
  const assembly = app.synth();
  const { template } = assembly.getStackByName(stackName);
  return {
    template,
    bundle: (handler) => {
      const path = join(newFolder(), BUNDLE);
      copyFileSync(join(assembly.directory, `asset.${codeOf(template, handler).replace('.zip', '')}`, BUNDLE), path);
      return path;
    },
  };
};

/** From nothing but the files of a release, and what its user gives. */
const asReleased = (Mode: 'observe' | 'enforce'): Deployable => {
  const folder = newFolder();
  writeTemplate(folder);
  const topics = ['arn:aws:sns:us-east-1:000000000000:pager'];
  const template: Template = given(JSON.parse(readFileSync(join(folder, TEMPLATE), 'utf8')), {
    ...{ Mode, Senders: ['arn:aws:iam::000000000000:role/secops'], AlarmTopics: topics, UrgentAlarmTopics: topics },
    ...{ AssetBucket: 'bucket', AssetPrefix: '' },
  });
  return {
    template,
    bundle: (handler) => {
      const files = unzipSync(readFileSync(join(folder, codeOf(template, handler))));
      const path = join(newFolder(), BUNDLE);
      writeFileSync(path, files[BUNDLE] ?? '');
      return path;
    },
  };
};

const PROBED = ['GET /v5/user/query-api'];
const CALLED = [...PROBED, 'POST /v5/user/delete-api'];

it.each([
  ['with the very file that is deployed', asCdk, CALLED, ['permission-missing']],
  ['from the files of a release', () => asReleased('enforce'), CALLED, ['permission-missing']],
  ['from the files of a release, and only plans if the parameter says so', () => asReleased('observe'), PROBED, []],
] as const)('carries out a request %s', async (_what, made, asked, codes) => {
  const { template, bundle } = made();
  const [aws, bybit] = await Promise.all([startAws(), startSandbox('bybit')]);
  onTestFinished(() => Promise.all([aws.close(), bybit.close()]).then(() => undefined));
  const deployment = await deploy(template, aws);
  const [mapping] = deployment.mappings;
  const config = Object.values(deployment.functions).find(({ handlerModule }) => handlerModule.includes('revoke'));
  if (mapping === undefined || config === undefined)
    throw new Error('Cannot find the revoking function in the template');
  const overrides = { BYBIT_BASE_URL: bybit.url };
  const lines: string[] = [];
  const onLine = (line: string): void => void lines.push(line);
  const of = { ...config, handlerModule: bundle(config.handlerModule) };
  const revoke = startFunction(of, { endpointUrl: aws.url, overrides, onLine });
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
  expect(bybit.record.map(({ method, path }) => `${method} ${path}`)).toEqual(asked);
  const stuck = Object.entries(deployment.queues).find(([id]) => id.includes('Stuck'))?.[1].url;
  const { Messages = [] } = await sqs.send(
    new ReceiveMessageCommand({ QueueUrl: stuck, MessageAttributeNames: ['code'] }),
  );
  expect(Messages.map(({ MessageAttributes }) => MessageAttributes?.['code']?.StringValue)).toEqual(codes);
});
