import { parse } from '@textlint/markdown-to-ast';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { asMarkdown, plainMarkdown } from '../../../../functions/operator/report/as-markdown.ts';
import { reportOfOthers, textOfOthers } from './texts-of-others.ts';

interface Node {
  readonly type: string;
  readonly value?: string;
  readonly children?: readonly Node[];
}

const nodesIn = (node: Node): readonly Node[] => [node, ...(node.children ?? []).flatMap(nodesIn)];
const typesIn = (text: string): readonly string[] => nodesIn(parse(text) as Node).map(({ type }) => type);

/** What a report has of its own. */
const OWN = new Set([
  ...['Document', 'Header', 'Paragraph', 'List', 'ListItem', 'Strong', 'Str', 'CodeBlock'],
  ...['Table', 'TableRow', 'TableCell'],
]);

const countOf = (types: readonly string[], wanted: string): number => types.filter((type) => type === wanted).length;

describe('a text of others in Markdown', () => {
  it('stays a text, wherever it stands in a line', () => {
    fc.assert(
      fc.property(textOfOthers, (text) => {
        for (const line of [
          `# ${plainMarkdown(text)}`,
          `- **${plainMarkdown(text)}**: x`,
          `x ${plainMarkdown(text)}`,
        ]) {
          const [first] = typesIn(line).slice(1);
          const inside = typesIn(line).filter((type) => !OWN.has(type) || type === 'CodeBlock' || type === 'Table');
          expect([first, inside]).toEqual([
            line.startsWith('#') ? 'Header' : line.startsWith('-') ? 'List' : 'Paragraph',
            [],
          ]);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('makes nothing in a report: neither headings nor rows nor cells nor anything else', () => {
    fc.assert(
      fc.property(reportOfOthers, (report) => {
        const types = typesIn(asMarkdown(report));
        expect(types.filter((type) => !OWN.has(type))).toEqual([]);
        // The title, five sections and two keys; the keys, the receipts and the evidence of two; two drawings and one command.
        expect([countOf(types, 'Header'), countOf(types, 'Table'), countOf(types, 'CodeBlock')]).toEqual([8, 4, 3]);
        expect(countOf(types, 'TableRow')).toBe(4 + 2 + 2 + 2 * 4);
        expect(countOf(types, 'TableCell')).toBe(3 * 7 + 3 * 2 + 10 * 7);
        expect(countOf(types, 'Strong')).toBe(countOf(types, 'ListItem'));
      }),
    );
  });

  it('is read as it was written, but for what cannot be seen', () => {
    const text = '*a* `b` <c> [d](e) | f_g & h #1';
    const read = nodesIn(parse(`x ${plainMarkdown(text)}`) as Node).flatMap(({ value }) => value ?? []);
    expect(read.join('')).toBe(`x ${text}`);
    expect(plainMarkdown('a\nb\u202Ec')).toBe('a\uFFFDb\uFFFDc');
    expect(plainMarkdown(' ')).toBe('–');
  });
});
