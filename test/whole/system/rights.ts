import type { Call } from '../../../infra/local/aws/protocol/call.ts';
import { roleId } from '../../../infra/local/deploy/resource-types.ts';
import type { Deployment } from '../../../infra/local/deploy.ts';
import type { Template } from '../../../infra/synthesize.ts';
import { ACCOUNT, mayDo, REGION, text } from '../../infra/policy-reader.ts';
import { operatorRole } from './operated-template.ts';

/** Whether what the functions ask of AWS is what their roles may do. */
export interface Rights {
  hear(call: Call): void;
  /** Every kind of call so far that the template's policies would have refused. */
  refused(): readonly string[];
}

type Body = Readonly<Record<string, unknown>>;

const bodyOf = ({ service, body }: Call): Body =>
  service === 'sns' ? Object.fromEntries(new URLSearchParams(body)) : (JSON.parse(body) as Body);

const idOf = (named: Readonly<Record<string, unknown>>, isIt: (value: unknown) => boolean): string =>
  Object.entries(named).find(([, value]) => isIt(value))?.[0] ?? 'nowhere';

const secretArn = (secretId: string): string => {
  const name = secretId.replace(/^arn:.*:secret:/, '');
  return `arn:aws:secretsmanager:${REGION}:${ACCOUNT}:secret:${name}`;
};

const inAccount = (service: string, resource: string): string => `arn:aws:${service}:${REGION}:${ACCOUNT}:${resource}`;

/** What a call is about, as the policy reader names it, and the keys that conditions look at. */
const subjectOf = (call: Call, { queues, topics, tables, buses, mappings }: Deployment) => {
  const body = bodyOf(call);
  switch (call.service) {
    case 'sqs':
      return { resource: idOf(queues, (queue) => (queue as { url: string }).url === body['QueueUrl']) };
    case 'sns':
      return { resource: `ref:${idOf(topics, (arn) => arn === body['TopicArn'])}` };
    case 'dynamodb': {
      const { pk } = (body['Item'] ?? body['Key'] ?? {}) as Readonly<Record<string, { readonly S?: string }>>;
      const names = { pk: 'pk', sk: 'sk', ...((body['ExpressionAttributeNames'] ?? {}) as Record<string, string>) };
      const keys = { 'dynamodb:LeadingKeys': pk?.S === undefined ? [] : [pk.S] };
      const context = pk?.S === undefined ? {} : { context: { ...keys, 'dynamodb:Attributes': Object.values(names) } };
      const [table = body['TableName']] = Object.keys((body['RequestItems'] ?? {}) as Body);
      return { resource: idOf(tables, (name) => name === table), ...context };
    }
    case 'events': {
      const [entry] = (body['Entries'] ?? []) as readonly Body[];
      return { resource: idOf(buses, (name) => name === entry?.['EventBusName']) };
    }
    case 'secretsmanager': {
      const tags = (body['Tags'] ?? []) as readonly { readonly Key: string }[];
      const context = tags.length === 0 ? {} : { context: { 'aws:TagKeys': tags.map(({ Key }) => Key) } };
      return { resource: secretArn(String(body['SecretId'] ?? '*')), ...context };
    }
    case 'ssm':
      return { resource: inAccount('ssm', `parameter${body['Name']}`) };
    case 'scheduler':
      return { resource: inAccount('scheduler', `schedule/ref:${body['GroupName']}/${body['Name'] ?? '*'}`) };
    case 'lambda': {
      if (call.action === 'GetAccountSettings') return { resource: '*' };
      const { logicalId } = mappings.find(({ id }) => id === body['UUID']) ?? {};
      return { resource: inAccount('lambda', `event-source-mapping:ref:${logicalId}`) };
    }
  }
};

/** Judges each call of a function, and of the command line, by the policies of the role that it signs with. */
export const rightsIn = (template: Template, deployment: () => Deployment): Rights => {
  const refused = new Set<string>();
  const roleOf = (accessKey: string): string | undefined => {
    if (accessKey === roleId(operatorRole(template))) return operatorRole(template);
    const found = Object.values(deployment().functions).find((each) => each.roleId === accessKey);
    return found && text(template.Resources[found.logicalId]?.Properties['Role']).split('/').at(-1);
  };
  return {
    hear: (call) => {
      const accessKey = /Credential=([^/]+)\//.exec(call.headers.authorization ?? '')?.[1] ?? '';
      if (!accessKey.startsWith('AROA')) return;
      const role = roleOf(accessKey);
      // The right to send one is the right to send many.
      const action = `${call.service}:${call.service === 'sqs' ? call.action.replace(/Batch$/, '') : call.action}`;
      if (role === undefined || !mayDo(template, { who: { role }, action, ...subjectOf(call, deployment()) }))
        refused.add(`${role ?? 'a stranger'} ${action}`);
    },
    refused: () => [...refused],
  };
};
