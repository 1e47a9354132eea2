import { type ILogGroup, QueryDefinition, QueryString, type QueryStringProps } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';

/** Words in capitals are to be replaced before a query is run. */
const QUERIES = {
  'this request': {
    fields: ['@timestamp', 'message', 'attempt', 'outcome', 'code', 'problem', 'saw', 'finding'],
    filterStatements: ['requestId = "REQUEST_ID" or askedId = "REQUEST_ID"'],
    sort: '@timestamp asc',
    limit: 1_000,
  },
  'this key': {
    fields: ['@timestamp', 'message', 'requestId', 'provider', 'outcome', 'code', 'keyDigest', 'key'],
    filterStatements: ['keyDigest = "KEY_DIGEST" or key = "KEY_NAME"'],
    sort: '@timestamp asc',
    limit: 1_000,
  },
  'why is it waiting': {
    fields: ['@timestamp', 'message', 'requestId', 'code', 'provider', 'kind', 'action', 'resource', 'problem'],
    filterStatements: [
      'message in ["request goes on later", "urgent request waits", "aws did not answer", "limit reached", "access denied", "record failed"]',
    ],
    sort: '@timestamp desc',
    limit: 200,
  },
  'what is denied': {
    filterStatements: ['message = "access denied"'],
    statsStatements: ['count(*) by action, resource, problem'],
  },
  'what cannot be read': {
    fields: ['@timestamp', 'message', 'pk', 'sk', 'faults', 'what', 'name', 'problem'],
    filterStatements: ['message in ["ledger item unreadable", "ledger item failed"]'],
    sort: '@timestamp desc',
    limit: 200,
  },
  'what is forged': {
    fields: ['@timestamp', 'message', 'wrong'],
    filterStatements: ['message = "record forged"'],
    sort: '@timestamp desc',
    limit: 200,
  },
} satisfies Readonly<Record<string, QueryStringProps>>;

/** Saves the queries of the runbook in CloudWatch Logs Insights, in a folder that is named after the instance. */
export const savedQueries = (instance: Construct, logGroups: readonly ILogGroup[]): void => {
  for (const [name, query] of Object.entries<QueryStringProps>(QUERIES))
    new QueryDefinition(instance, idOf(name), {
      queryDefinitionName: `${instance.node.path}/${name}`,
      queryString: new QueryString(query),
      logGroups: [...logGroups],
    });
};

/** `ThisRequestQuery` of `this request`. */
const idOf = (name: string): string =>
  `${name.replaceAll(/(?:^| )(\w)/g, (_, first: string) => first.toUpperCase())}Query`;
