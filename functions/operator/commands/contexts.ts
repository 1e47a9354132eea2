import type { Context, SetUp } from '../deployment/context.ts';
import { contextsIn, type NamedPlace } from '../deployment/settings.ts';
import { type TableColumn, table } from '../terminal/table.ts';

interface Row extends NamedPlace {
  readonly name: string;
}

const NOTHING = '–';

const COLUMNS: readonly TableColumn<Row>[] = [
  { head: 'Context', cell: ({ name }) => name, isName: true },
  { head: 'Prefix', cell: ({ prefix = NOTHING }) => prefix },
  { head: 'Region', cell: ({ region = NOTHING }) => region },
  { head: 'Profile', cell: ({ profile = NOTHING }) => profile },
];

const lines = ({ terminal }: Context, rows: readonly Row[]): readonly string[] =>
  rows.length === 0 ? ['There are no contexts: see docs/command-line.md, "Contexts"'] : table(terminal, COLUMNS, rows);

/** `contexts`: the deployments that the configuration file names. */
export const setUpContexts: SetUp = (command, context) => {
  command.action(() => {
    const rows = Object.entries(contextsIn(context.environment)).map(([name, place]) => ({ name, ...place }));
    context.print({
      value: () =>
        rows.map(({ name, prefix = null, region = null, profile = null }) => ({ name, prefix, region, profile })),
      lines: () => lines(context, rows),
    });
  });
};
