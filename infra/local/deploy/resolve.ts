/** What a template's values are resolved from. */
export interface Names {
  ref(logicalId: string): unknown;
  attribute(logicalId: string, attribute: string): string;
}

type Fn = (argument: unknown, names: Names) => unknown;

const cannot = (fn: string, argument: unknown): Error =>
  new Error(
    `Cannot resolve ${fn} of ${JSON.stringify(argument)}, wanted the arguments of the CloudFormation reference`,
  );

const pairIn = (fn: string, argument: unknown): readonly [unknown, unknown] => {
  if (Array.isArray(argument) && argument.length === 2) return [argument[0], argument[1]];
  throw cannot(fn, argument);
};

const getAtt: Fn = (argument, names) => {
  const [id, attribute] = typeof argument === 'string' ? argument.split(/\.(.*)/s) : pairIn('Fn::GetAtt', argument);
  return names.attribute(String(id), String(resolve(attribute, names)));
};

const join: Fn = (argument, names) => {
  const [separator, values] = pairIn('Fn::Join', argument);
  const parts = resolve(values, names);
  if (Array.isArray(parts)) return parts.join(String(separator));
  throw cannot('Fn::Join', argument);
};

const select: Fn = (argument, names) => {
  const [index, values] = pairIn('Fn::Select', argument);
  const list = resolve(values, names);
  const picked: unknown = Array.isArray(list) ? list[Number(resolve(index, names))] : undefined;
  if (picked !== undefined) return picked;
  throw cannot('Fn::Select', argument);
};

const split: Fn = (argument, names) => {
  const [separator, value] = pairIn('Fn::Split', argument);
  return String(resolve(value, names)).split(String(separator));
};

/** `${Id}`, `${Id.Attribute}` and `${Own}` from the second argument; `${!Literal}` stays as `${Literal}`. */
const substitute: Fn = (argument, names) => {
  const [text, own] = typeof argument === 'string' ? [argument, {}] : pairIn('Fn::Sub', argument);
  const given = resolve(own, names) as Readonly<Record<string, unknown>>;
  return String(text).replaceAll(/\$\{(!?)([^}]+)\}/g, (_whole, literal: string, name: string) => {
    if (literal !== '') return `\${${name}}`;
    if (name in given) return String(given[name]);
    return String(name.includes('.') ? getAtt(name, names) : names.ref(name));
  });
};

const FUNCTIONS: Readonly<Record<string, Fn>> = {
  Ref: (id, names) => names.ref(String(id)),
  'Fn::GetAtt': getAtt,
  'Fn::Join': join,
  'Fn::Select': select,
  'Fn::Split': split,
  'Fn::Sub': substitute,
};

const asFunction = (value: object): readonly [string, unknown] | undefined => {
  const [first, ...others] = Object.entries(value);
  if (first === undefined || others.length > 0) return undefined;
  return first[0] === 'Ref' || first[0].startsWith('Fn::') ? first : undefined;
};

const apply = ([name, argument]: readonly [string, unknown], names: Names): unknown => {
  const fn = FUNCTIONS[name];
  if (fn !== undefined) return fn(argument, names);
  throw new Error(`Cannot resolve ${name} locally, wanted one of ${Object.keys(FUNCTIONS).join(', ')}`);
};

/** Replaces every intrinsic function by its value; what resolves to `undefined` (`AWS::NoValue`) is left out. */
export const resolve = (value: unknown, names: Names): unknown => {
  if (Array.isArray(value)) return value.map((each) => resolve(each, names)).filter((each) => each !== undefined);
  if (typeof value !== 'object' || value === null) return value;
  const call = asFunction(value);
  if (call !== undefined) return apply(call, names);
  const entries = Object.entries(value).map(([key, each]) => [key, resolve(each, names)] as const);
  return Object.fromEntries(entries.filter(([, each]) => each !== undefined));
};
