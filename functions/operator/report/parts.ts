import type { standingOf } from '../history/entry.ts';
import { type Markup, markup } from '../timeline/markup.ts';

const LIGHT = `--ground: #ffffff; --panel: #f4f6f8; --ink: #1a1d21; --quiet: #59626d; --rule: #d5dae0;
  --alive: #b3261e; --dead: #1b6e3c; --call: #8a5a00;`;
const DARK = `--ground: #14171a; --panel: #1d2226; --ink: #e6e9ec; --quiet: #9aa4ae; --rule: #39424a;
  --alive: #ff8a80; --dead: #7bd8a0; --call: #f2c14e;`;

/** The colours of a page, light and dark. On paper it is light. */
export const PALETTE = `:root { color-scheme: light; ${LIGHT} }
@media screen and (prefers-color-scheme: dark) { :root { color-scheme: dark; ${DARK} } }`;

export const TABLE_STYLE = `code { font-family: ui-monospace, monospace; font-size: .9em; overflow-wrap: anywhere; }
table { border-collapse: collapse; width: 100%; font-size: .85rem; }
th, td { text-align: left; vertical-align: top; padding: .3rem .8rem .3rem 0; border-bottom: 1px solid var(--rule); }
th { color: var(--quiet); font-weight: 600; white-space: nowrap; }
.state { font-weight: 600; }
.good { color: var(--dead); }
.bad { color: var(--alive); }
.wait { color: var(--call); }`;

/** The class of how a key stands. */
export const TONES: Readonly<Record<ReturnType<typeof standingOf>, string>> = {
  dead: 'good',
  gone: 'wait',
  restricted: 'good',
  unconfirmed: 'wait',
  'seen again': 'bad',
  'not killed': 'bad',
  withdrawn: 'wait',
};

/** A table that may be wider than the screen: people with a keyboard scroll it as well. */
export const tableOf = (name: string, heads: readonly string[], rows: readonly (readonly Markup[])[]): Markup =>
  markup`<div class="wide" role="region" aria-label="${name}" tabindex="0"><table><thead><tr>${heads.map(
    (head) => markup`<th scope="col">${head}</th>`,
  )}</tr></thead><tbody>${rows.map((cells) => markup`<tr>${cells.map((cell) => markup`<td>${[cell]}</td>`)}</tr>`)}</tbody></table></div>`;
