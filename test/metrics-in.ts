interface Emf {
  readonly _aws: {
    readonly Timestamp: number;
    readonly CloudWatchMetrics: readonly {
      readonly Namespace: string;
      readonly Dimensions: readonly (readonly string[])[];
      readonly Metrics: readonly { readonly Name: string; readonly Unit: string }[];
    }[];
  };
  readonly [key: string]: unknown;
}

/** One value of one metric. */
export interface Datapoint {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
  readonly value: number;
  /** Epoch milliseconds. */
  readonly at: number;
}

const emfIn = (line: string): readonly Emf[] => (line.includes('"_aws":{') ? [JSON.parse(line) as Emf] : []);

/** Reads what CloudWatch would make of these lines; those that are no metrics are left out. */
export const datapointsIn = (lines: readonly string[]): readonly Datapoint[] =>
  lines
    .flatMap((chunk) => chunk.split('\n'))
    .flatMap(emfIn)
    .flatMap((emf) =>
      emf._aws.CloudWatchMetrics.flatMap(({ Namespace, Dimensions, Metrics }) =>
        Dimensions.flatMap((set) =>
          Metrics.flatMap(({ Name }) =>
            [emf[Name]].flat().map((value) => ({
              namespace: Namespace,
              name: Name,
              dimensions: Object.fromEntries(set.map((dimension) => [dimension, String(emf[dimension])])),
              value: Number(value),
              at: emf._aws.Timestamp,
            })),
          ),
        ),
      ),
    );

/** Names a series: `Ended{instance=desk,provider=bybit}`. */
export const seriesOf = ({ name, dimensions }: Pick<Datapoint, 'name' | 'dimensions'>): string =>
  `${name}{${Object.entries(dimensions)
    .map((pair) => pair.join('='))
    .join()}}`;

/** The values of each series. */
export const metricsIn = (lines: readonly string[]): Readonly<Record<string, readonly number[]>> => {
  const found = Object.groupBy(datapointsIn(lines), seriesOf);
  return Object.fromEntries(
    Object.entries(found).map(([series, points = []]) => [series, points.map(({ value }) => value)]),
  );
};
