import { createHash } from 'node:crypto';
import { standingOf } from '../history/entry.ts';
import type { EndRecord } from '../history/record.ts';
import { drawSvg, TIMELINE_STYLE } from '../timeline/draw-svg.ts';
import { Markup, markup } from '../timeline/markup.ts';
import { keyNameOf, type ToDo, toDo } from './left-to-do.ts';
import { PALETTE, TABLE_STYLE, TONES, tableOf } from './parts.ts';
import type { Report } from './report.ts';
import {
  CHECK_COMMAND,
  drawingName,
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

const STYLE = `
${PALETTE}
@page { size: A4; margin: 16mm 14mm; }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 62rem; padding: 2rem 1.25rem 4rem; background: var(--ground); color: var(--ink);
  font: 15px/1.5 system-ui, "Open Sans", sans-serif; }
h1 { font-size: 1.6rem; line-height: 1.25; margin: 0 0 .25rem; overflow-wrap: anywhere; }
h2 { font-size: 1.15rem; margin: 2.25rem 0 .75rem; padding-bottom: .25rem; border-bottom: 1px solid var(--rule); }
h3 { font-size: 1rem; margin: 0 0 .75rem; overflow-wrap: anywhere; }
p { margin: .5rem 0; overflow-wrap: anywhere; }
.quiet { color: var(--quiet); }
.short { display: grid; grid-template-columns: repeat(auto-fit, minmax(11rem, 1fr)); gap: .75rem; margin: 1.25rem 0 0; }
.short div { background: var(--panel); border-radius: .4rem; padding: .6rem .8rem; }
.short dt { color: var(--quiet); font-size: .8rem; }
.short dd { margin: 0; font-weight: 600; }
.facts { display: grid; grid-template-columns: 8.5rem 1fr; gap: .2rem 1rem; margin: 1rem 0; font-size: .9em; }
.facts dt { color: var(--quiet); }
.facts dd { margin: 0; overflow-wrap: anywhere; }
.todo { padding-left: 1.2rem; }
.todo li { margin: .5rem 0; overflow-wrap: anywhere; }
.key { margin: 0 0 1.75rem; padding: 1rem 1.1rem; border: 1px solid var(--rule); border-radius: .4rem; }
.drawing { overflow-x: auto; }
.drawing .timeline { min-width: 34rem; }
.wide { overflow-x: auto; }
${TABLE_STYLE}
@media screen and (max-width: 40rem) {
  table { min-width: 38rem; }
  .facts { grid-template-columns: 1fr; gap: 0; }
  .facts dd { margin-bottom: .5rem; }
}
@media print {
  body { max-width: none; padding: 0; font-size: 10pt; }
  h2, h3 { break-after: avoid; }
  .drawing, .short div, tr, li { break-inside: avoid; }
  .drawing, .wide { overflow: visible; }
  .drawing .timeline { min-width: 0; }
  table { font-size: 8pt; }
  td { overflow-wrap: anywhere; }
}
${TIMELINE_STYLE}`;

/** The page may use its own style sheet, and nothing else. */
const POLICY = [
  "default-src 'none'",
  `style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'`,
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');

const facts = (all: readonly ReportFact[], name: string): Markup =>
  markup`<dl class="${name}">${all.map(([head, text]) => markup`<div><dt>${head}</dt><dd>${text}</dd></div>`)}</dl>`;

const factRows = (all: readonly ReportFact[]): Markup =>
  markup`<dl class="facts">${all.map(([head, text]) => markup`<dt>${head}</dt><dd>${text}</dd>`)}</dl>`;

const stateCell = ({ entry }: EndRecord, text: string): Markup =>
  markup`<span class="state ${TONES[standingOf(entry)]}">${text}</span>`;

const keyRow = (record: EndRecord): readonly Markup[] =>
  keyCells(record).map((text, index) => (index === 1 ? stateCell(record, text) : markup`${text}`));

const keySection = (record: EndRecord): Markup => {
  const [, state = ''] = keyCells(record);
  const evidence = evidenceCells(record);
  return markup`
<section class="key">
<h3>${keyNameOf(record)}: ${[stateCell(record, state)]}</h3>
<div class="drawing" role="region" aria-label="Drawing of the timeline" tabindex="0">${[drawSvg(record.timeline, drawingName(record))]}</div>
${[factRows(keyFacts(record))]}
${
  evidence.length === 0
    ? markup``
    : tableOf(
        `Evidence of ${keyNameOf(record)}`,
        EVIDENCE_HEADS,
        evidence.map((cells) => cells.map((text) => markup`${text}`)),
      )
}
</section>`;
};

const toDoItem = ({ about, text, command }: ToDo): Markup =>
  markup`<li><strong>${about}.</strong> ${text}.${command === undefined ? markup`` : markup` Next: <code>${command}</code>`}</li>`;

/** What each mark of a drawing means. */
const LEGEND =
  'Red dots: the provider showed the key. Diamonds: a call left. Rings: the provider did not know the key, at first in probes and later in readings. Squares: another key was asked. Small dots: an answer without a verdict. Long times in which nothing happened are left out of the axis.';

/** A report as one HTML file: no script, nothing from elsewhere, light and dark, for A4 as well. Every text in it is escaped. */
export const asHtml = (report: Report): string => {
  const left = toDo(report);
  const title = `Report on ${report.reference}`;
  return markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${[new Markup(POLICY)]}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>${title}</title>
<style>${[new Markup(STYLE)]}</style>
</head>
<body>
<header>
<h1>${title}</h1>
<p class="quiet">${madeText(report)}</p>
</header>
<main>
${[facts(inShort(report), 'short')]}
<h2>Left to do</h2>
${left.length === 0 ? markup`<p>Nothing.</p>` : markup`<ul class="todo">${left.map(toDoItem)}</ul>`}
${
  report.records.length === 0
    ? markup``
    : markup`<h2>Keys</h2>
${[tableOf('Keys', KEY_HEADS, report.records.map(keyRow))]}
<h2>What happened to each key</h2>
<p class="quiet">${LEGEND}</p>
${report.records.map(keySection)}
<h2>Receipts</h2>
<p>${HOW_TO_CHECK} <code>${CHECK_COMMAND}</code></p>
${[
  tableOf(
    'Receipts',
    ['Receipt', 'SHA-256'],
    report.records.map(({ item, digest }) => [markup`${item.receipt.receiptId}`, markup`<code>${digest}</code>`]),
  ),
]}`
}
<h2>Words</h2>
${[factRows(WORDS)]}
</main>
</body>
</html>`.toString();
};
