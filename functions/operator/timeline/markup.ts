/** A piece of HTML or SVG. Only `markup` makes it, so that a plain text is never taken for one. */
export class Markup {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  toString(): string {
    return this.#text;
  }
}

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Not allowed in XML, invisible, or able to turn the direction of what follows. */
const UNSEEN = /[^\P{C}\n\t]|\p{Zl}|\p{Zp}/gu;

/** A text as it may stand in HTML and SVG, between tags and in a quoted attribute. What cannot be seen becomes a sign that can be. */
export const escaped = (text: string): string =>
  text.replaceAll(UNSEEN, '\u{FFFD}').replaceAll(/[&<>"']/g, (sign) => ESCAPES[sign] ?? sign);

type Part = string | number | Markup | readonly Markup[];

const written = (part: Part): string => {
  if (part instanceof Markup) return part.toString();
  return typeof part === 'string' || typeof part === 'number' ? escaped(String(part)) : part.map(String).join('');
};

/** Writes markup. Every value in it is escaped, unless it is markup. An attribute needs its quotes. */
export const markup = (texts: TemplateStringsArray, ...parts: readonly Part[]): Markup =>
  new Markup(texts.map((text, index) => text + (index < parts.length ? written(parts[index] as Part) : '')).join(''));
