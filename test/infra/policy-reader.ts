import type { Resource, Template } from '../../infra/synthesize.ts';

/** Who asks: a role by its logical id, any other principal by its ARN, a service acting for a resource, or nobody known. */
export type Caller =
  | { readonly role: string }
  | { readonly arn: string; readonly organization?: string }
  | { readonly service: string; readonly sourceArn?: string; readonly sourceAccount?: string }
  | 'anonymous';

export interface Question {
  readonly who: Caller;
  readonly action: string;
  /** A logical id or an ARN. */
  readonly resource: string;
  readonly context?: Context;
}

type Context = Readonly<Record<string, string | readonly string[]>>;
type Conditions = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

export interface Statement {
  readonly Effect: 'Allow' | 'Deny';
  readonly Action: string | readonly string[];
  readonly Resource: unknown;
  readonly Principal?: '*' | Readonly<Record<string, unknown>>;
  readonly Condition?: Conditions;
}

export const ACCOUNT = '111122223333';
export const REGION = 'eu-central-1';
const PSEUDO: Readonly<Record<string, string>> = {
  'AWS::Partition': 'aws',
  'AWS::Region': REGION,
  'AWS::AccountId': ACCOUNT,
  'AWS::URLSuffix': 'amazonaws.com',
};

/** A value of the template as text, as if deployed: `arn:aws:iam::…:role/<logical id>` for a role, `arn:<logical id>` otherwise. */
export const text = (value: unknown): string => {
  if (typeof value !== 'object' || value === null) return String(value);
  const { Ref, 'Fn::GetAtt': getAtt, 'Fn::Join': join } = value as Record<string, unknown>;
  if (typeof Ref === 'string') return PSEUDO[Ref] ?? `ref:${Ref}`;
  if (Array.isArray(getAtt)) return arnOf(getAtt[0], getAtt[1]);
  if (Array.isArray(join)) return join[1].map(text).join(join[0]);
  throw new Error(`Cannot read ${JSON.stringify(value)}, wanted a literal, Ref, Fn::GetAtt or Fn::Join`);
};

export const arnOf = (logicalId: string, attribute = 'Arn'): string =>
  attribute !== 'Arn'
    ? `${logicalId}.${attribute}`
    : /Role[0-9A-F]{8}$/.test(logicalId)
      ? roleArn(logicalId)
      : `arn:${logicalId}`;

export const roleArn = (name: string): string => `arn:aws:iam::${ACCOUNT}:role/${name}`;

/** The one resource of a type whose logical id begins so. */
export const find = (template: Template, type: string, prefix: string): { readonly id: string } & Resource => {
  const found = Object.entries(template.Resources).filter(
    ([id, { Type }]) => Type === type && new RegExp(`^${prefix}[0-9A-F]{8}$`).test(id),
  );
  const [first] = found;
  if (found.length !== 1 || !first)
    throw new Error(`Cannot choose among ${found.length} of ${type} ${prefix}, wanted one`);
  return { id: first[0], ...first[1] };
};

/** What a role's own policies say. */
export const statementsOf = (template: Template, role: string): readonly Statement[] =>
  documents(template, 'AWS::IAM::Policy', 'Roles', role);

/** What the policies of a queue, a topic, a bus or a KMS key say. */
export const resourceStatements = (template: Template, logicalId: string): readonly Statement[] => [
  ...documents(template, 'AWS::SQS::QueuePolicy', 'Queues', logicalId),
  ...documents(template, 'AWS::SNS::TopicPolicy', 'Topics', logicalId),
  ...busStatements(template, logicalId),
  ...keyStatements(template, logicalId),
];

const busStatements = (template: Template, logicalId: string): readonly Statement[] =>
  Object.values(template.Resources)
    .filter(
      ({ Type, Properties }) =>
        Type === 'AWS::Events::EventBusPolicy' && text(Properties['EventBusName']) === `ref:${logicalId}`,
    )
    .map(({ Properties }) => Properties['Statement'] as Statement);

const keyStatements = (template: Template, logicalId: string): readonly Statement[] => {
  const { KeyPolicy } = template.Resources[logicalId]?.Properties ?? {};
  // A key's policy that names the account's root leaves it to the account's own policies, and allows nothing by itself.
  return statementsIn(KeyPolicy).filter(({ Principal }) => !JSON.stringify(Principal).includes(':root'));
};

const statementsIn = (document: unknown): readonly Statement[] =>
  (document as { readonly Statement: readonly Statement[] } | undefined)?.Statement ?? [];

/** Whether a call would go through, by the rules of IAM for one account: a denial wins, then one permission is enough. */
export const mayDo = (template: Template, { who, action, resource, context }: Question): boolean => {
  const full = { 'aws:SecureTransport': 'true', ...contextOf(who), ...context };
  const own = typeof who === 'object' && 'role' in who ? statementsOf(template, who.role) : [];
  const its = resourceStatements(template, resource).filter((statement) => isFor(statement, who));
  const hits = [...own, ...its].filter((statement) =>
    applies(statement, { action, resource: resource.includes(':') ? resource : arnOf(resource), context: full }),
  );
  return hits.some(({ Effect }) => Effect === 'Allow') && !hits.some(({ Effect }) => Effect === 'Deny');
};

export const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [value]);

const documents = (template: Template, type: string, key: string, logicalId: string): readonly Statement[] =>
  Object.values(template.Resources)
    .filter(({ Type }) => Type === type)
    .filter(({ Properties }) => list(Properties[key]).some((target) => text(target) === `ref:${logicalId}`))
    .flatMap(({ Properties }) => statementsIn(Properties['PolicyDocument']));

const contextOf = (who: Caller): Context => {
  if (who === 'anonymous') return {};
  if ('service' in who) {
    const { sourceArn, sourceAccount = ACCOUNT } = who;
    const source = sourceArn === undefined ? {} : { 'aws:SourceArn': sourceArn };
    return { 'aws:PrincipalIsAWSService': 'true', 'aws:SourceAccount': sourceAccount, ...source };
  }
  const organization = 'arn' in who && who.organization !== undefined ? { 'aws:PrincipalOrgID': who.organization } : {};
  const arn = 'role' in who ? arnOf(who.role) : who.arn;
  return { 'aws:PrincipalIsAWSService': 'false', 'aws:PrincipalArn': arn, ...organization };
};

const isFor = ({ Principal }: Statement, who: Caller): boolean => {
  if (Principal === undefined) return false;
  if (Principal === '*') return true;
  const [aws, services] = [Principal['AWS'], Principal['Service']].map((named) => list(named ?? []).map(text));
  if (aws?.includes('*')) return true;
  if (who === 'anonymous') return false;
  if ('service' in who) return services?.includes(who.service) ?? false;
  const arn = 'role' in who ? arnOf(who.role) : who.arn;
  return aws?.some((named) => named === arn || named === `arn:aws:iam::${arn.split(':')[4]}:root`) ?? false;
};

interface Asked {
  readonly action: string;
  readonly resource: string;
  readonly context: Context;
}

const applies = ({ Action, Resource, Condition }: Statement, { action, resource, context }: Asked): boolean =>
  list(Action).some((pattern) => isLike(String(pattern), action)) &&
  list(Resource).some((pattern) => isLike(text(pattern), resource)) &&
  Object.entries(Condition ?? {}).every(([operator, keys]) =>
    Object.entries(keys).every(([key, wanted]) => holds(operator, context[key], list(wanted).map(text))),
  );

const OPERATOR =
  /^(?<all>ForAllValues:)?(?<kind>String|Arn|Bool|Null)(?<not>Not)?(?<how>Equals|Like)?(?<ifExists>IfExists)?$/;

/** One condition, by the rules of IAM: an absent key fails what is positive and meets what is negated. */
const holds = (operator: string, given: string | readonly string[] | undefined, wanted: readonly string[]): boolean => {
  const parts = OPERATOR.exec(operator)?.groups;
  if (!parts) throw new Error(`Cannot evaluate ${operator}, wanted an operator of strings, ARNs, Bool or Null`);
  if (parts['kind'] === 'Null') return wanted.includes(String(given === undefined));
  const isNegated = parts['not'] !== undefined;
  if (given === undefined) return isNegated || parts['ifExists'] !== undefined || parts['all'] !== undefined;
  const isExact = parts['how'] === 'Equals' && parts['kind'] === 'String';
  const matches = (value: unknown): boolean =>
    wanted.some((one) => (isExact ? one === value : isLike(one, String(value))));
  return list(given).every(matches) !== isNegated;
};

const isLike = (pattern: string, value: string): boolean => {
  const source = pattern
    .replaceAll(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${source}$`).test(value);
};
