import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { PALETTE, TABLE_STYLE } from '../report/parts.ts';
import { TIMELINE_STYLE } from '../timeline/draw-svg.ts';
import { Markup, markup } from '../timeline/markup.ts';

declare const MORPH_SOURCE: string | undefined;

/** Idiomorph, as a script. The package has the text of it in its bundle. */
const MORPH =
  typeof MORPH_SOURCE === 'string'
    ? MORPH_SOURCE
    : readFileSync(createRequire(import.meta.url).resolve('idiomorph/dist/idiomorph.min.js'), 'utf8');

/** Changes only what has changed, so that the place on the page, the focus and the drawings that are open stay. */
const LIVE = `
const live = document.getElementById('live');
const source = new EventSource('events');
const isOpened = (name, node) => name === 'open' && node.localName === 'details';
source.onopen = () => { live.textContent = 'live'; };
source.onerror = () => { live.textContent = 'not connected: the page shows what it knew last'; };
source.onmessage = ({ data }) => Idiomorph.morph(document.querySelector('main'), JSON.parse(data), {
  morphStyle: 'innerHTML',
  callbacks: { beforeAttributeUpdated: (name, node) => !isOpened(name, node) },
});
`;

const SCRIPT = `${MORPH};${LIVE}`;

const STYLE = `
${PALETTE}
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 80rem; padding: 1rem 1.25rem 4rem; background: var(--ground); color: var(--ink);
  font: 15px/1.5 system-ui, "Open Sans", sans-serif; }
header { display: flex; flex-wrap: wrap; align-items: baseline; gap: 0 1rem; }
h1 { font-size: 1.4rem; margin: 0; }
h2 { font-size: 1.1rem; margin: 2rem 0 .6rem; padding-bottom: .25rem; border-bottom: 1px solid var(--rule); }
p { margin: .4rem 0; overflow-wrap: anywhere; }
.quiet { color: var(--quiet); }
.note { background: var(--panel); border-left: .25rem solid var(--call); border-radius: .2rem; padding: .6rem .8rem; }
.short { display: grid; grid-template-columns: repeat(auto-fit, minmax(8rem, 1fr)); gap: .75rem; margin: 1rem 0 0; }
.short div { background: var(--panel); border-radius: .4rem; padding: .6rem .8rem; }
.short dt { color: var(--quiet); font-size: .8rem; }
.short dd { margin: 0; font-weight: 600; }
.wide, .drawing { overflow-x: auto; }
.drawing .timeline { min-width: 34rem; max-width: 60rem; }
details { border: 1px solid var(--rule); border-radius: .4rem; padding: .5rem .8rem; margin: 0 0 .6rem; }
summary { cursor: pointer; overflow-wrap: anywhere; }
:focus-visible { outline: 2px solid var(--call); outline-offset: 2px; }
${TABLE_STYLE}
td:first-child { overflow-wrap: anywhere; }
td code, td:last-child { white-space: nowrap; }
.plain { font-weight: 400; }
@media (max-width: 40rem) { table { min-width: 36rem; } }
${TIMELINE_STYLE}`;

const digestOf = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

/** The page may use its own script and style sheet, ask its own server, and nothing else. */
export const POLICY = [
  "default-src 'none'",
  `script-src ${digestOf(SCRIPT)}`,
  `style-src ${digestOf(STYLE)}`,
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** The whole page. Without a script it loads itself again and again. @param inner what `asPage` makes */
export const framed = (inner: string): string =>
  markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>key-revoker console</title>
<style>${[new Markup(STYLE)]}</style>
<noscript><meta http-equiv="refresh" content="10"></noscript>
</head>
<body>
<header><h1>key-revoker console</h1><p class="quiet">read only, <span id="live" role="status">connecting</span></p></header>
<main>${[new Markup(inner)]}</main>
<script>${[new Markup(SCRIPT)]}</script>
</body>
</html>
`.toString();
