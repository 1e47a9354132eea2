import { ACCOUNT, arnOf } from './aws/protocol/account.ts';
import { clientsFor, makeResources } from './deploy/make-resources.ts';
import { type DeployedFunction, readFunction } from './deploy/read-function.ts';
import { type DeployedMapping, readMapping } from './deploy/read-mapping.ts';
import { type DeployedSchedule, readSchedule } from './deploy/read-schedule.ts';
import { resolve } from './deploy/resolve.ts';
import { type DeployableTemplate, type Resolved, templateNames } from './deploy/template-names.ts';

export interface DeployedQueue {
  readonly name: string;
  readonly url: string;
  readonly arn: string;
}

/** What a template came to: everything by logical id, outputs by their names in the template. */
export interface Deployment {
  readonly queues: Readonly<Record<string, DeployedQueue>>;
  /** ARNs. */
  readonly topics: Readonly<Record<string, string>>;
  /** Names. */
  readonly tables: Readonly<Record<string, string>>;
  /** Names. */
  readonly buses: Readonly<Record<string, string>>;
  readonly functions: Readonly<Record<string, DeployedFunction>>;
  readonly mappings: readonly DeployedMapping[];
  readonly schedules: readonly DeployedSchedule[];
  readonly outputs: Readonly<Record<string, string>>;
}

const byId = <Value>(resources: readonly Resolved[], read: (resource: Resolved) => Value): Record<string, Value> =>
  Object.fromEntries(resources.map((resource) => [resource.logicalId, read(resource)]));

const deployedQueue = ({ name, url }: Resolved): DeployedQueue => ({
  name,
  url: `${url}/${ACCOUNT.id}/${name}`,
  arn: arnOf('sqs', name),
});

/**
 * Makes a template's resources in an emulated AWS and reads its functions, mappings and schedules, which run only when a caller
 * starts them.
 *
 * @throws Error for a resource type, an attribute or an intrinsic function that is not known here
 */
export const deploy = async (template: DeployableTemplate, aws: { readonly url: string }): Promise<Deployment> => {
  const names = templateNames(template, aws.url);
  const ofType = (...types: readonly string[]): readonly Resolved[] =>
    names.made.filter(({ type }) => types.includes(type));
  const queues = byId(ofType('AWS::SQS::Queue'), deployedQueue);
  const queueUrls = new Map(Object.values(queues).map(({ arn, url }) => [arn, url]));
  const functions = byId(ofType('AWS::Lambda::Function'), readFunction);
  const all = Object.values(functions);
  const deployment: Deployment = {
    queues,
    topics: byId(ofType('AWS::SNS::Topic'), ({ name }) => arnOf('sns', name)),
    tables: byId(ofType('AWS::DynamoDB::Table', 'AWS::DynamoDB::GlobalTable'), ({ name }) => name),
    buses: byId(ofType('AWS::Events::EventBus'), ({ name }) => name),
    functions,
    mappings: ofType('AWS::Lambda::EventSourceMapping').map((each) => readMapping(each, all, queueUrls)),
    schedules: ofType('AWS::Scheduler::Schedule').map((each) => readSchedule(each, all)),
    outputs: Object.fromEntries(
      Object.entries(template.Outputs ?? {}).map(([name, { Value }]) => [name, String(resolve(Value, names))]),
    ),
  };
  const clients = clientsFor(aws.url);
  await makeResources(clients, names.made);
  for (const client of Object.values(clients)) client.destroy();
  return deployment;
};
