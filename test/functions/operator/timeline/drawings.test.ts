import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { epochMs } from '../../../../functions/core/epoch.ts';
import { drawSvg } from '../../../../functions/operator/timeline/draw-svg.ts';
import { drawText } from '../../../../functions/operator/timeline/draw-text.ts';
import { ROWS, type Timeline } from '../../../../functions/operator/timeline/instants.ts';
import { escaped, markup } from '../../../../functions/operator/timeline/markup.ts';
import { recordForTest } from '../report/report-for-test.ts';

const PLAIN = { width: undefined, style: (_style: unknown, text: string) => text };

const { timeline: KILL } = recordForTest();

describe('a timeline in characters', () => {
  it('has a row for each kind of instant, and an axis in seconds', () => {
    expect(drawText({ ...PLAIN, width: 80 }, KILL)).toEqual([
      'asked       ||',
      'alive          ●',
      'call            ◆',
      'not known         ○                         ○  ○  ○          ○                 ○',
      'word              ▲ gone 0.4                ▲ revoked 2.4        ▲ confirmed 602',
      '            ┬────────────┬─────────────┬─────╱ ────────┬───────────┬───────────┬',
      'seconds     0            1             2               200         400       600',
    ]);
  });

  it('is never wider than the terminal, and says every word, whatever happened', () => {
    const instant = fc.record({
      at: fc.integer({ min: 0, max: 90_000_000 }).map(epochMs),
      row: fc.constantFrom(...ROWS),
      label: fc.constantFrom('gone', 'revoked', 'stuck: not-recognised', 'confirmed'),
    });
    fc.assert(
      fc.property(fc.array(instant, { maxLength: 30 }), fc.integer({ min: 60, max: 200 }), (all, width) => {
        const timeline: Timeline = { dueAt: epochMs(0), instants: all.toSorted((a, b) => a.at - b.at) };
        const lines = drawText({ ...PLAIN, width }, timeline);
        expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(width);
        const words = all.filter(({ row }) => row === 'word');
        expect(lines.join('\n').match(/▲ \S+(?: \S+)? [\d.]+/g) ?? []).toHaveLength(words.length);
      }),
    );
  });
});

describe('a timeline as SVG', () => {
  const svg = String(drawSvg(KILL, 'A "kill"'));

  it('has a mark for each instant, which says what it is and when', () => {
    expect(svg.match(/<title>/g)).toHaveLength(KILL.instants.length);
    expect(svg).toContain('<title>received 0.1 s</title>');
    expect(svg).toMatch(/class="said"[^>]*>confirmed 602 s</);
  });

  it('is named for people who do not see it', () =>
    expect(svg).toMatch(/^<svg class="timeline" [^>]* role="img" aria-label="A &quot;kill&quot;">/));

  it('draws no two words over each other', () => {
    const many = Array.from({ length: 5 }, (_, n) => ({ at: epochMs(1), row: 'word' as const, label: `word ${n}` }));
    const drawn = String(drawSvg({ dueAt: epochMs(0), instants: many }, ''));
    const heights = [...drawn.matchAll(/class="said" x="[\d.]+" y="(\d+)"/g)].map(([, y]) => y);
    expect(new Set(heights).size).toBe(5);
  });

  it.each(['stuck: limit', 'refused: malformed', 'resurrected', 'widened', 'unconfirmed: no-answer', 'seen again'])(
    'tells a word that leaves a key alive from one of its death: %s',
    (label) => {
      const drawn = String(drawSvg({ dueAt: epochMs(0), instants: [{ at: epochMs(1), row: 'word', label }] }, ''));
      expect([drawn.includes('class="open"'), svg.includes('class="open"')]).toEqual([true, false]);
    },
  );
});

describe('markup', () => {
  it('escapes every value, and no markup', () => {
    const inner = markup`<b>${'<&>"\''}</b>`;
    expect(String(markup`<p title="${'"'}">${[inner, inner]}${7}${markup``}</p>`)).toBe(
      '<p title="&quot;"><b>&lt;&amp;&gt;&quot;&#39;</b><b>&lt;&amp;&gt;&quot;&#39;</b>7</p>',
    );
  });

  it('shows what could not be seen', () =>
    expect(escaped('a\u0000\u202E\u2028b\n\tc')).toBe('a\uFFFD\uFFFD\uFFFDb\n\tc'));
});
