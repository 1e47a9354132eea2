import { stringify } from 'csv-stringify/sync';

/**
 * Rows as CSV (RFC 4180), with a head. A cell that a spreadsheet would take for a formula gets a `'` before it.
 *
 * @param rows all with the same fields; `null` is an empty cell
 */
export const csv = (
  rows: readonly Readonly<Record<string, string | number | null>>[],
  fields: readonly string[],
): string =>
  stringify([fields, ...rows.map((row) => fields.map((field) => row[field] ?? null))], {
    escape_formulas: true,
  }).trimEnd();
