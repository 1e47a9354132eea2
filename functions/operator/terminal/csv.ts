import { stringify } from 'csv-stringify/sync';

/** One cell: what is not a single value stands there as JSON. */
const cellOf = (value: unknown): string | number | null => {
  if (value === null || value === undefined) return null;
  if (typeof value === 'string' || typeof value === 'number') return value;
  return JSON.stringify(value);
};

/** Lines of CSV (RFC 4180), each with its cells. A cell that a spreadsheet would take for a formula gets a `'` before it. */
export const csvLines = (lines: readonly (readonly unknown[])[]): string =>
  stringify(
    lines.map((cells) => cells.map(cellOf)),
    { escape_formulas: true },
  ).trimEnd();

/** Rows as CSV, with a head. @param fields in their order @default all that a row has */
export const csv = (
  rows: readonly object[],
  fields: readonly string[] = [...new Set(rows.flatMap((row) => Object.keys(row)))],
): string => {
  const lines = rows.map((row) => fields.map((field) => (row as Readonly<Record<string, unknown>>)[field]));
  return csvLines(fields.length > 0 ? [fields, ...lines] : lines);
};
