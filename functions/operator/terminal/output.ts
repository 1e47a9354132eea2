import { csv, csvLines } from './csv.ts';
import { EXIT, Failure } from './failure.ts';
import type { Terminal } from './terminal.ts';

/** `table`: for people, with colours and drawings. */
export type Format = 'table' | 'json' | 'csv';

/** What a command has found or done. */
export interface Result {
  /** For people. */
  lines(): readonly string[];
  /** For machines, as JSON. */
  value(): unknown;
  /** As CSV. @default the rows of the value, which is a list */
  csv?(): { readonly rows: readonly object[]; readonly fields: readonly string[] };
}

/** What a command line says of its output. */
export interface OutputOptions {
  readonly output?: Format;
  readonly json?: boolean;
  readonly query?: string;
}

/** How results are printed. */
export interface Output {
  readonly format: Format;
  print(terminal: Pick<Terminal, 'print' | 'tell'>, result: Result): void;
}

/** Takes a part of a value. */
type Query = (value: unknown) => unknown;

/** `table` if nothing else is asked for; a part of a value is JSON. */
const formatOf = ({ output, json, query }: OutputOptions): Format =>
  output ?? (json || query !== undefined ? 'json' : 'table');

/**
 * A JMESPath expression (jmespath.org), as `--query` of the AWS CLI.
 *
 * @throws Failure `usage` if it is none: known before anything is sent
 */
const queryOf = async (expression: string): Promise<Query> => {
  const { JMESPathError, JMESPathTypeError, search } = await import('@aws-lambda-powertools/jmespath');
  const ask: Query = (value) => search(expression, value as Parameters<typeof search>[1]);
  try {
    ask(null);
  } catch (error) {
    // Of no value every type is wrong.
    if (!(error instanceof JMESPathError)) throw error;
    if (!(error instanceof JMESPathTypeError)) throw new Failure(EXIT.usage, `Cannot use --query: ${error.message}`);
  }
  return ask;
};

const isRow = (value: unknown): value is object => typeof value === 'object' && value !== null && !Array.isArray(value);

/** Any value as CSV: objects with a head, others with a line each. */
const asCsv = (value: unknown): string => {
  const list = Array.isArray(value) ? value : [value];
  return list.every(isRow) ? csv(list) : csvLines(list.map((each) => (Array.isArray(each) ? each : [each])));
};

const asJson = (value: unknown): string => JSON.stringify(value, null, 2);

/** Nothing is no line. */
const printText = (terminal: Pick<Terminal, 'print'>, text: string): void => {
  if (text !== '') terminal.print(text);
};

/** Prints a part of the result. By now the command has done its work, so a part that cannot be taken hides no result. */
const printPart = (terminal: Pick<Terminal, 'print' | 'tell'>, result: Result, query: Query, format: Format): void => {
  const value = JSON.parse(JSON.stringify(result.value()));
  try {
    const part = query(value);
    if (format === 'csv') printText(terminal, asCsv(part));
    else terminal.print(asJson(part));
  } catch (error) {
    terminal.tell(`Cannot apply --query, so this is the whole result: ${(error as Error).message}`);
    terminal.print(asJson(value));
  }
};

const printCsv = (terminal: Pick<Terminal, 'print'>, result: Result): void => {
  const { rows, fields } = result.csv?.() ?? { rows: result.value() as readonly object[], fields: undefined };
  printText(terminal, csv(rows, fields));
};

/**
 * How a command line wants its result.
 *
 * @param prints what the command prints: only lists are CSV, and a text is neither CSV nor JSON
 * @throws Failure `usage` if the command cannot print that
 */
export const outputOf = async (
  options: OutputOptions,
  prints: 'value' | 'list' | 'text' = 'value',
): Promise<Output> => {
  const format = formatOf(options);
  if (prints === 'text' && format !== 'table')
    throw new Failure(EXIT.usage, `Cannot print this as ${format}: the command prints a text`);
  if (format === 'csv' && prints === 'value')
    throw new Failure(EXIT.usage, 'Cannot print this as csv: it is no list. Use -o json');
  if (format === 'table' && options.query !== undefined)
    throw new Failure(EXIT.usage, 'Cannot use --query with -o table: use -o json or -o csv');
  const query = options.query === undefined ? undefined : await queryOf(options.query);
  return {
    format,
    print: (terminal, result) => {
      if (query !== undefined) return printPart(terminal, result, query, format);
      if (format === 'json') return terminal.print(asJson(result.value()));
      if (format === 'csv') return printCsv(terminal, result);
      for (const line of result.lines()) terminal.print(line);
    },
  };
};
