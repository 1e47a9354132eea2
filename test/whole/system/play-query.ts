type Line = Readonly<Record<string, unknown>>;

/** A query of CloudWatch Logs Insights, read. */
export interface PlayedQuery {
  /** Every field of our log that it shows or counts by. */
  readonly named: readonly string[];
  /** The lines that it would find. */
  readonly found: readonly Line[];
}

type Takes = (line: Line) => boolean;

const EQUALS = /^(\w+) = "([^"]+)"$/;
const AMONG = /^(\w+) in \[("[^"]+"(?:, "[^"]+")*)\]$/;

const termOf = (text: string): Takes => {
  const [, name, value] = EQUALS.exec(text) ?? [];
  if (name !== undefined) return (line) => line[name] === value;
  const [, field, list = ''] = AMONG.exec(text) ?? [];
  if (field === undefined) throw new Error(`Cannot play the filter ${text}: it must be = or in`);
  const values: readonly unknown[] = JSON.parse(`[${list}]`);
  return (line) => values.includes(line[field]);
};

const filterOf = (text: string): Takes => {
  const terms = text.split(' or ').map(termOf);
  return (line) => terms.some((term) => term(line));
};

/** What a command names beside the fields that CloudWatch adds itself. */
const ofOurs = (list: string): readonly string[] => list.split(', ').filter((name) => !name.startsWith('@'));

const SORT = /^@timestamp (asc|desc)$/;
const STATS = /^count\(\*\) by ([\w, ]+)$/;

/**
 * Plays the part of the language that the saved queries use on lines of the log, which are in the order of their time.
 *
 * @throws Error for every other command
 */
export const playQuery = (query: string, lines: readonly Line[]): PlayedQuery => {
  let found = lines;
  const named: string[] = [];
  for (const command of query.split('\n| ')) {
    const [name = ''] = command.split(' ', 1);
    const rest = command.slice(name.length + 1);
    const [, counted] = STATS.exec(rest) ?? [];
    if (name === 'fields') named.push(...ofOurs(rest));
    else if (name === 'filter') found = found.filter(filterOf(rest));
    else if (name === 'stats' && counted !== undefined) named.push(...ofOurs(counted));
    else if (name === 'limit') found = found.slice(0, Number(rest));
    else if (name !== 'sort' || !SORT.test(rest))
      throw new Error(`Cannot play the command ${command}: it is not known`);
  }
  return { named, found };
};
