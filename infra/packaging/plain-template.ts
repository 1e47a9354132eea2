/** What stands in a synthesized template for a parameter of the plain one. */
export interface Stand {
  /** A list of texts, all of which take the place of this one. */
  readonly text: string;
  readonly parameter: string;
}

type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json };
type JsonObject = { readonly [name: string]: Json };

const LISTS = ['Senders', 'AlarmTopics', 'UrgentAlarmTopics'] as const;

const MODE = { Ref: 'Mode' };

/** What a user gives. CloudFormation asks for each that has no default. */
const PARAMETERS: JsonObject = {
  Mode: {
    Type: 'String',
    AllowedValues: ['observe', 'enforce'],
    Description: 'observe: every request is planned, and no key is touched. enforce: keys die',
  },
  Senders: {
    Type: 'CommaDelimitedList',
    Description: 'ARNs of the roles and users that may send requests. Each may kill every key under the prefix',
  },
  AlarmTopics: { Type: 'CommaDelimitedList', Description: 'ARNs of the SNS topics of this region for every alarm' },
  UrgentAlarmTopics: {
    Type: 'CommaDelimitedList',
    Description:
      'ARNs of the SNS topics of this region for urgent alarms besides; those of AlarmTopics may be given again',
  },
  AssetBucket: { Type: 'String', Description: 'Name of the bucket in this region that has the zip files' },
  AssetPrefix: {
    Type: 'String',
    Default: '',
    Description: 'What stands before the names of the zip files, such as key-revoker/',
  },
};

const isObject = (value: Json): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const refTo = (stands: readonly Stand[], value: Json): JsonObject | undefined => {
  const stand = stands.find(({ text }) => text === value);
  return stand && { Ref: stand.parameter };
};

/** A list in which a parameter's list stands among others: joined and parted again, since CloudFormation cannot put one into another. */
const listWith = (stands: readonly Stand[], values: readonly Json[]): Json => {
  const [only, ...more] = values;
  const whole = only === undefined || more.length > 0 ? undefined : refTo(stands, only);
  if (whole !== undefined) return whole;
  if (!values.some((value) => refTo(stands, value))) return values.map((value) => filled(stands, value));
  const parts = values.map((value) => {
    const list = refTo(stands, value);
    return list === undefined ? filled(stands, value) : { 'Fn::Join': [',', list] };
  });
  return { 'Fn::Split': [',', { 'Fn::Join': [',', parts] }] };
};

const filled = (stands: readonly Stand[], value: Json): Json => {
  if (Array.isArray(value)) return listWith(stands, value);
  if (isObject(value))
    return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, filled(stands, each)]));
  return refTo(stands, value) ?? value;
};

/** The mode is a word of its own in environments and outputs, and a part of a text in the card. */
const withMode = (value: Json): Json => {
  if (Array.isArray(value)) return value.map(withMode);
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, each]) => {
      if (name === 'MODE') return [name, MODE];
      if (name === 'Fn::Join' && Array.isArray(each) && Array.isArray(each[1]))
        return [name, [each[0], parted(each[1])]];
      return [name, withMode(each)];
    }),
  );
};

const CARD_MODE = '"mode":"enforce"';

const parted = (parts: readonly Json[]): Json =>
  parts.flatMap((part): readonly Json[] => {
    if (typeof part !== 'string' || !part.includes(CARD_MODE)) return [withMode(part)];
    const [before = '', after = ''] = part.split(CARD_MODE);
    return [`${before}"mode":"`, MODE, `"${after}`];
  });

/** The code from the user's bucket; and none of what the CDK notes about a resource for itself. */
const resourceIn = (resource: JsonObject): JsonObject => {
  const { Metadata: metadata = {}, ...rest } = resource;
  const own = Object.entries(metadata as JsonObject).filter(([name]) => !name.startsWith('aws:'));
  const { Properties: properties = {} } = rest;
  const { Code: code } = properties as { readonly Code?: { readonly S3Key?: string } };
  const withCode =
    typeof code?.S3Key === 'string'
      ? {
          ...(properties as JsonObject),
          Code: { S3Bucket: { Ref: 'AssetBucket' }, S3Key: { 'Fn::Sub': `\${AssetPrefix}${code.S3Key}` } },
        }
      : properties;
  return { ...rest, Properties: withCode, ...(own.length > 0 && { Metadata: Object.fromEntries(own) }) };
};

/** The texts that have to stand in the template where the user's lists go. */
export const standsFor = (texts: Readonly<Record<(typeof LISTS)[number], string>>): readonly Stand[] =>
  LISTS.map((parameter) => ({ text: texts[parameter], parameter }));

/**
 * A template that CloudFormation takes without the CDK: no bootstrap, and parameters for what differs from one account to another.
 *
 * @param template of the stack in the mode enforce, with the texts of `stands` where the lists of the parameters go
 */
export const plainTemplate = (template: JsonObject, stands: readonly Stand[]): JsonObject => {
  const { Resources: resources = {}, Outputs: outputs = {}, Parameters: _bootstrap, Rules: _rules, ...rest } = template;
  const mode = (outputs as JsonObject)['Mode'] as JsonObject | undefined;
  return {
    ...rest,
    Description: 'key-revoker: kills API keys, and proves that they are dead',
    Parameters: PARAMETERS,
    Resources: Object.fromEntries(
      Object.entries(filled(stands, withMode(resources)) as JsonObject).map(([id, resource]) => [
        id,
        resourceIn(resource as JsonObject),
      ]),
    ),
    Outputs: { ...(outputs as JsonObject), ...(mode && { Mode: { ...mode, Value: MODE } }) },
  };
};
