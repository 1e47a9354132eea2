import fc from 'fast-check';
import { epochMs } from '../../../../functions/core/epoch.ts';
import type { Receipt } from '../../../../functions/core/receipt.ts';
import type { Report } from '../../../../functions/operator/report/report.ts';
import { recordForTest, reportForTest } from './report-for-test.ts';

/** What would do something in a page, a terminal or a ticket, if a text were taken for anything else. */
const SHARP = [
  ...[
    '<script>alert(1)</script>',
    '"><img src=x onerror=alert(1)>',
    "' onload='alert(1)",
    '</title><script>',
    '</style>',
  ],
  ...[
    '<!--',
    ']]>',
    '</svg><b>',
    '&lt;b&gt;',
    '&#60;b&#62;',
    'javascript:alert(1)',
    '<http://example.com>',
    '`x`',
    '```',
  ],
  ...[
    '**x**',
    '__x__',
    '~~x~~',
    '[x](http://example.com)',
    '![x](y)',
    '[^1]',
    '| x |',
    '\n\n# x',
    '\r\n- x',
    '<b',
    '\\',
  ],
  ...[
    'http://example.com',
    'www.example.com',
    'a@example.com',
    '\u202Ex',
    '\u0000',
    '\u001b[2J',
    '\u2028# x',
    '$x$',
    '1. x',
  ],
];

/** A text that others wrote. */
export const textOfOthers: fc.Arbitrary<string> = fc
  .array(
    fc.oneof(fc.constantFrom(...SHARP), fc.string({ unit: 'binary', maxLength: 8 }), fc.string({ maxLength: 8 })),
    {
      minLength: 1,
      maxLength: 3,
    },
  )
  .map((parts) => parts.join(''));

/** A value with each of its texts replaced. */
const withTexts = (value: unknown, next: () => string): unknown => {
  if (typeof value === 'string') return next();
  if (Array.isArray(value)) return value.map((part) => withTexts(part, next));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, withTexts(part, next)]));
};

/** A report in which every text of a receipt, and what people typed, is one of others. Some instants are left, so that there is a drawing. */
export const reportOfOthers: fc.Arbitrary<Report> = fc
  .tuple(fc.array(textOfOthers, { minLength: 5, maxLength: 40 }), fc.boolean())
  .map(([texts, isKilled]) => {
    let at = 0;
    const next = (): string => texts[at++ % texts.length] ?? '';
    const { receipt } = recordForTest().item;
    const all = withTexts(receipt, next) as Receipt;
    const evidence = receipt.evidence.map(({ at: when, saw, step }, index) => ({
      ...all.evidence[index],
      at: when,
      saw,
      step,
    }));
    const said = { ...all, times: receipt.times, evidence: evidence as Receipt['evidence'] };
    const records = [
      recordForTest({ receipt: said }),
      recordForTest({ receipt: all, outcome: isKilled ? 'revoked' : 'stuck/limit', found: undefined }),
    ];
    return reportForTest({
      ...{ reference: next(), madeBy: next(), madeAt: epochMs(0), records },
      open: [{ requestId: next(), soFar: next(), nextTry: next() }],
    });
  });
