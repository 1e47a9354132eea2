import { loadAwsServiceSpec } from '@aws-cdk/aws-service-spec';
import type { Property, PropertyType, SpecDatabase, TypeDefinition } from '@aws-cdk/service-spec-types';
import type { Template } from '../../../infra/synthesize.ts';

type Properties = Readonly<Record<string, Property>>;
type ListOrMap = Extract<PropertyType, { readonly type: 'array' | 'map' }>;
/** Writes down what is wrong with a value at a place. */
type Tell = (path: string, what: string) => void;

const database: SpecDatabase = await loadAwsServiceSpec();

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A value that is known only at deploy may be of any type. */
const isIntrinsic = (value: unknown): boolean => {
  const [name, ...more] = isObject(value) ? Object.keys(value) : [];
  return more.length === 0 && name !== undefined && (name === 'Ref' || name.startsWith('Fn::'));
};

const IS: Readonly<Record<string, (value: unknown) => boolean>> = {
  string: (value) => typeof value === 'string',
  'date-time': (value) => typeof value === 'string',
  // CloudFormation takes a number as text, and a text as a number.
  number: (value) => Number.isFinite(Number(value)),
  integer: (value) => Number.isInteger(Number(value)),
  boolean: (value) => typeof value === 'boolean' || value === 'true' || value === 'false',
  json: (value) => typeof value === 'object' || typeof value === 'string',
  null: (value) => value === null,
  tag: (value) => isObject(value) && typeof value['Key'] === 'string',
};

const checkParts = (value: unknown, type: ListOrMap, path: string, tell: Tell): void => {
  const isRight = type.type === 'array' ? Array.isArray(value) : isObject(value);
  if (!isRight) tell(path, `is no ${type.type}`);
  else
    for (const [name, part] of Object.entries(value as object)) checkType(part, type.element, `${path}.${name}`, tell);
};

const checkFields = (value: unknown, reference: string, path: string, tell: Tell): void => {
  const { properties } = database.get('typeDefinition', reference) as TypeDefinition;
  if (isObject(value)) checkAll(value, properties, path, tell);
  else tell(path, 'is no object');
};

const checkOneOf = (value: unknown, types: readonly PropertyType[], path: string, tell: Tell): void => {
  const faults = types.map((each) => {
    const found: string[] = [];
    checkType(value, each, path, (at, what) => void found.push(`${at} ${what}`));
    return found;
  });
  if (faults.every((found) => found.length > 0)) tell(path, `fits none: ${faults.map(([first]) => first).join(', ')}`);
};

const checkType = (value: unknown, type: PropertyType, path: string, tell: Tell): void => {
  if (isIntrinsic(value)) return;
  if (type.type === 'array' || type.type === 'map') checkParts(value, type, path, tell);
  else if (type.type === 'ref') checkFields(value, type.reference.$ref, path, tell);
  else if (type.type === 'union') checkOneOf(value, type.types, path, tell);
  else if (!IS[type.type]?.(value)) tell(path, `is no ${type.type}`);
};

const checkAll = (value: Readonly<Record<string, unknown>>, known: Properties, path: string, tell: Tell): void => {
  for (const [name, part] of Object.entries(value)) {
    const property = known[name];
    if (property === undefined) tell(`${path}.${name}`, 'is unknown');
    else checkType(part, property.type, `${path}.${name}`, tell);
  }
  for (const [name, { required }] of Object.entries(known))
    if (required && value[name] === undefined) tell(`${path}.${name}`, 'is missing');
};

/** What CloudFormation would object to: names, missing properties and types, by AWS's own specification. */
export const faultsOf = ({ Resources }: Template): readonly string[] => {
  const faults: string[] = [];
  const tell: Tell = (path, what) => void faults.push(`${path} ${what}`);
  for (const [id, { Type, Properties = {} }] of Object.entries(Resources)) {
    if (Type.startsWith('Custom::') || Type === 'AWS::CDK::Metadata') continue;
    const [resource] = database.lookup('resource', 'cloudFormationType', 'equals', Type);
    if (resource === undefined) tell(id, `has the unknown type ${Type}`);
    else checkAll(Properties, resource.properties, `${id} (${Type})`, tell);
  }
  return faults;
};
