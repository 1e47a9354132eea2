/** The width of a character and the height of a line, in pixels: those of most monospaced fonts at 13 pixels. */
const WIDE = 7.85;
const HIGH = 18;
const MARGIN = 16;

const NAMES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

const escaped = (text: string): string => text.replaceAll(/[&<>"']/g, (mark) => NAMES[mark] ?? mark);

/** Colours and moves of a terminal, and whatever else is no text. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what a terminal is told
const CONTROLS = /\u001b\[[0-9;?]*[A-Za-z]|[\u0000-\u0009\u000b-\u001f\u007f]/g;

const classOf = (line: string): string => {
  if (line.startsWith('✔')) return /stuck|refused/.test(line) ? ' class="stuck"' : ' class="done"';
  return line.startsWith('$') ? ' class="typed"' : '';
};

/**
 * What a terminal showed, as an SVG picture that is readable on light and dark pages.
 *
 * @param output as printed; what only colours or moves is left out
 */
export const terminalPicture = (output: string): string => {
  const lines = output.replaceAll(CONTROLS, '').trim().split('\n');
  const width = Math.ceil(Math.max(...lines.map((line) => [...line].length)) * WIDE + 2 * MARGIN);
  const height = lines.length * HIGH + 2 * MARGIN;
  const rows = lines.map(
    (line, index) =>
      `  <text x="${MARGIN}" y="${MARGIN + (index + 1) * HIGH - 5}"${classOf(line)} xml:space="preserve">${escaped(line)}</text>`,
  );
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img">`,
    '  <title>What npm start prints</title>',
    '  <style>',
    '    rect { fill: #f6f8fa; } text { font: 13px ui-monospace, Menlo, Consolas, monospace; fill: #1f2328; }',
    '    .done { fill: #116329; } .stuck { fill: #9a6700; } .typed { font-weight: 600; }',
    '    @media (prefers-color-scheme: dark) {',
    '      rect { fill: #161b22; } text { fill: #e6edf3; } .done { fill: #7ee787; } .stuck { fill: #e3b341; }',
    '    }',
    '  </style>',
    `  <rect width="${width}" height="${height}" rx="8"/>`,
    ...rows,
    '</svg>',
    '',
  ].join('\n');
};
