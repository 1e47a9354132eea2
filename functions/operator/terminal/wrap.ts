import { stripVTControlCharacters } from 'node:util';
import type { Terminal } from './terminal.ts';

const lengthOf = (text: string): number => stripVTControlCharacters(text).length;

/** Lines of whole words, none wider than that unless a single word is. Colours have no width; an indentation stays. */
export const wrapped = (text: string, width = Number.POSITIVE_INFINITY): readonly string[] => {
  const lines: string[] = [];
  const [indent = ''] = /^ */.exec(text) ?? [];
  let line = indent;
  for (const word of text.slice(indent.length).split(' ')) {
    const isFirst = line.trim() === '';
    if (!isFirst && lengthOf(line) + 1 + lengthOf(word) > width) {
      lines.push(line.trimEnd());
      line = word;
    } else line += isFirst ? word : ` ${word}`;
  }
  return [...lines, line];
};

const GAP = 2;

/** Names and what they stand for, one pair a line, the latter below each other and wrapped; pairs without a text are left out. */
export const pairs = (
  { width, style }: Pick<Terminal, 'width' | 'style'>,
  all: readonly (readonly [name: string, text: string | undefined])[],
): readonly string[] => {
  const given = all.filter((pair): pair is readonly [string, string] => pair[1] !== undefined && pair[1] !== '');
  const size = Math.max(...given.map(([name]) => name.length));
  const indent = 2 + size + GAP;
  return given.flatMap(([name, text]) =>
    wrapped(text, width === undefined ? undefined : width - indent).map((line, index) =>
      index === 0 ? `  ${style('dim', name.padEnd(size))}${' '.repeat(GAP)}${line}` : ' '.repeat(indent) + line,
    ),
  );
};
