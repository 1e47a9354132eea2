import type { Resource } from '../../infra/synthesize.ts';
import type { Datapoint } from '../metrics-in.ts';
import { text } from './policy-reader.ts';

interface Widget {
  readonly type: string;
  readonly properties: {
    readonly title: string;
    readonly metrics?: readonly (readonly unknown[])[];
    readonly alarms?: readonly string[];
  };
}

/** The widgets of a dashboard in a template. */
export const widgetsOf = ({ Properties }: Resource): readonly Widget[] =>
  JSON.parse(text(Properties['DashboardBody'])).widgets;

/** `[namespace, name, dimension, value, …, options]`; an expression has only options. */
const graphed = (row: readonly unknown[]): readonly Pick<Datapoint, 'namespace' | 'name' | 'dimensions'>[] => {
  const [namespace, name, ...rest] = row.filter((part) => typeof part === 'string');
  if (namespace === undefined || name === undefined) return [];
  const pairs = rest.flatMap((part, index) => (index % 2 === 0 ? [[part, rest[index + 1] ?? '']] : []));
  return [{ namespace, name, dimensions: Object.fromEntries(pairs) }];
};

/** Every metric that a dashboard shows. */
export const graphedIn = (dashboard: Resource) =>
  widgetsOf(dashboard).flatMap(({ properties: { metrics = [] } }) => metrics.flatMap(graphed));
