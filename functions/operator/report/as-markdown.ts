import type { EndRecord } from '../history/record.ts';
import { drawText } from '../timeline/draw-text.ts';
import { keyNameOf, type ToDo, toDo } from './left-to-do.ts';
import type { Report } from './report.ts';
import {
  CHECK_COMMAND,
  EVIDENCE_HEADS,
  evidenceCells,
  HOW_TO_CHECK,
  inShort,
  KEY_HEADS,
  keyCells,
  keyFacts,
  madeText,
  type ReportFact,
  WORDS,
} from './sections.ts';

/** Characters that no reader sees, and ends of lines, which would end a row or a heading. */
const UNSEEN = /\p{C}|\p{Zl}|\p{Zp}/gu;
/** A sign that means something within a line. Nothing of others begins a line. */
const MARKS = /[\\`*_{}[\]<>()#!|~&$@]|:(?=\/\/)|(?<=www)\./gi;

/** A text as it may stand anywhere in a line of Markdown. */
export const plainMarkdown = (text: string): string =>
  text.replaceAll(UNSEEN, '\u{FFFD}').trim().replaceAll(MARKS, '\\$&') || '–';

const row = (cells: readonly string[]): string => `| ${cells.map(plainMarkdown).join(' | ')} |`;

const tableOf = (heads: readonly string[], rows: readonly (readonly string[])[]): readonly string[] => [
  row(heads),
  `| ${heads.map(() => '---').join(' | ')} |`,
  ...rows.map(row),
];

const listOf = (facts: readonly ReportFact[]): readonly string[] =>
  facts.map(([name, text]) => `- **${plainMarkdown(name)}**: ${plainMarkdown(text)}`);

const toDoFact = ({ about, text, command }: ToDo): ReportFact => [
  about,
  command === undefined ? text : `${text}. Next: ${command}`,
];

/** Indented by four, so that nothing in it ends it. */
const drawingOf = ({ timeline }: EndRecord): readonly string[] =>
  drawText({ width: undefined, style: (_style, text) => text }, timeline).map(
    (line) => `    ${line.replaceAll(UNSEEN, '\u{FFFD}')}`,
  );

const keySection = (record: EndRecord): readonly string[] => [
  `### ${plainMarkdown(keyNameOf(record))}`,
  '',
  ...drawingOf(record),
  '',
  ...listOf(keyFacts(record)),
  '',
  ...tableOf(EVIDENCE_HEADS, evidenceCells(record)),
  '',
];

/** A report as Markdown. Every text of others in it is plain text. */
export const asMarkdown = (report: Report): string => {
  const left = toDo(report);
  const { records } = report;
  return [
    `# ${plainMarkdown(`Report on ${report.reference}`)}`,
    '',
    plainMarkdown(madeText(report)),
    '',
    ...listOf(inShort(report)),
    '',
    '## Left to do',
    '',
    ...(left.length === 0 ? ['Nothing.'] : listOf(left.map(toDoFact))),
    '',
    ...(records.length === 0
      ? []
      : [
          '## Keys',
          '',
          ...tableOf(KEY_HEADS, records.map(keyCells)),
          '',
          '## What happened to each key',
          '',
          ...records.flatMap(keySection),
          '## Receipts',
          '',
          plainMarkdown(HOW_TO_CHECK),
          '',
          `    ${CHECK_COMMAND}`,
          '',
          ...tableOf(
            ['Receipt', 'SHA-256'],
            records.map(({ item, digest }) => [item.receipt.receiptId, digest]),
          ),
          '',
        ]),
    '## Words',
    '',
    ...listOf(WORDS),
  ].join('\n');
};
