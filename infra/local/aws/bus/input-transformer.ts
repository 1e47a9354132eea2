/** What a target gets in place of the whole event: user guide, "Amazon EventBridge input transformation". */
export interface InputTransformer {
  /** Paths such as `$.detail.id`, by variable. */
  readonly InputPathsMap?: Readonly<Record<string, string>> | undefined;
  /** A text with the variables in angle brackets. */
  readonly InputTemplate: string;
}

const valueAt = (event: unknown, path: string): unknown =>
  path
    .replace(/^\$\.?/, '')
    .split('.')
    .filter((name) => name !== '')
    .reduce<unknown>((value, name) => (value as Readonly<Record<string, unknown>> | undefined)?.[name], event);

/** Inside quotes a variable is the text itself, elsewhere it is JSON. A path that finds nothing is an empty text. */
const filledIn = (template: string, values: ReadonlyMap<string, unknown>): string =>
  template.replace(/"(?:[^"\\]|\\.)*"|<(\w+)>/g, (part, name: string | undefined) => {
    if (name !== undefined) return JSON.stringify(values.get(name) ?? '');
    return part.replace(/<(\w+)>/g, (_variable, inside: string) => {
      const value = values.get(inside) ?? '';
      return JSON.stringify(typeof value === 'string' ? value : JSON.stringify(value)).slice(1, -1);
    });
  });

/** The text that a target gets of an event. */
export const transformed = ({ InputPathsMap = {}, InputTemplate }: InputTransformer, event: unknown): string =>
  filledIn(
    InputTemplate,
    new Map(Object.entries(InputPathsMap).map(([name, path]) => [name, valueAt(event, path)] as const)),
  );
