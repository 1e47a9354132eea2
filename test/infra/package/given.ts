type Given = Readonly<Record<string, string | readonly string[]>>;

/** As the template writes the parameter inside a text. */
const PREFIX = ['$', '{AssetPrefix}'].join('');

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A template as CloudFormation sees it once a user has given its parameters: each `Ref` and `Fn::Sub` to one is its value. */
export const given = <T>(template: T, parameters: Given): T => {
  const filledIn = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(filledIn);
    if (!isObject(value)) return value;
    const { Ref: ref, 'Fn::Sub': text } = value;
    if (typeof ref === 'string' && Object.hasOwn(parameters, ref)) return parameters[ref];
    if (typeof text === 'string' && text.includes(PREFIX))
      return text.replace(PREFIX, String(parameters['AssetPrefix']));
    return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, filledIn(each)]));
  };
  const { Parameters: _given, ...rest } = template as Readonly<Record<string, unknown>>;
  return filledIn(rest) as T;
};
