/** A template as CloudFormation takes it, as far as it refers to its own parts. */
export interface ReferringTemplate {
  readonly Parameters?: Readonly<Record<string, unknown>>;
  readonly Conditions?: Readonly<Record<string, unknown>>;
  readonly Resources: Readonly<Record<string, unknown>>;
}

const PSEUDO = /^AWS::(AccountId|NotificationARNs|NoValue|Partition|Region|StackId|StackName|URLSuffix)$/;

/** Every name that a template refers to: `Ref`, `Fn::GetAtt`, `Fn::Sub`, `DependsOn`, `Fn::If` and `Condition`. */
export const referencesIn = (value: unknown): readonly string[] => {
  if (Array.isArray(value)) return value.flatMap(referencesIn);
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, under]) => [...named(key, under), ...referencesIn(under)]);
};

const named = (key: string, under: unknown): readonly string[] => {
  if (key === 'Ref' || (key === 'Condition' && typeof under === 'string')) return [String(under)];
  if (key === 'Fn::GetAtt') return [String([under].flat()[0]).split('.')[0] ?? ''];
  if (key === 'DependsOn') return [under].flat().map(String);
  if (key === 'Fn::If') return [String((under as readonly unknown[])[0])];
  if (key === 'Fn::Sub')
    return [...String([under].flat()[0]).matchAll(/\$\{([^!.}]+)[^}]*\}/g)].map(([, name = '']) => name);
  return [];
};

/** Those that are nowhere in it. */
export const danglingIn = (template: ReferringTemplate): readonly string[] => {
  const known = new Set(Object.keys({ ...template.Parameters, ...template.Conditions, ...template.Resources }));
  return referencesIn(template).filter((name) => !known.has(name) && !PSEUDO.test(name));
};
