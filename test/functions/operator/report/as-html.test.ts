import fc from 'fast-check';
import type { Browser, Page } from 'puppeteer-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { asHtml } from '../../../../functions/operator/report/as-html.ts';
import { openPage, startBrowser, VIEWS } from '../../../browser/browser.ts';
import { reportForTest } from './report-for-test.ts';
import { reportOfOthers } from './texts-of-others.ts';

/** What a report is made of: each kind of element with the attributes that any of them has. */
interface Structure {
  readonly elements: readonly string[];
  readonly classes: readonly string[];
  readonly comments: number;
  readonly title: string;
}

const structureIn = (page: Page, html: string): Promise<Structure> =>
  page.evaluate(
    `((html) => {
      const parsed = new DOMParser().parseFromString(html, 'text/html');
      const all = [...parsed.querySelectorAll('*')];
      return {
        elements: [...new Set(all.flatMap((one) => [one.tagName, ...one.getAttributeNames().map((name) => one.tagName + ' ' + name)]))].sort(),
        classes: [...new Set(all.flatMap((one) => [...one.classList]))].sort(),
        comments: parsed.evaluate('count(//comment())', parsed).numberValue,
        title: parsed.title,
      };
    })(${JSON.stringify(html).replaceAll('<', '\\u003c')})`,
  ) as Promise<Structure>;

describe('a text of others in a report', () => {
  let browser: Browser;
  let page: Page;
  beforeAll(async () => {
    browser = await startBrowser();
    ({ page } = await openPage(browser, VIEWS[0]));
  });
  afterAll(() => browser.close());

  it('makes no element, no attribute and no comment', async () => {
    const whole = await structureIn(
      page,
      asHtml(reportForTest({ open: [{ requestId: 'R', soFar: 'received', nextTry: 'soon' }] })),
    );
    const known = new Set([...whole.elements, 'circle', 'rect'].flatMap((name) => [name, name.toUpperCase()]));
    await fc.assert(
      fc.asyncProperty(reportOfOthers, async (report) => {
        const { elements, comments } = await structureIn(page, asHtml(report));
        expect(elements.filter((name) => !known.has(name))).toEqual([]);
        expect(comments).toBe(0);
      }),
    );
  });

  it('is shown as it is, but for what cannot be seen', async () => {
    const reference = `<b onclick="x">'&amp;\u202E\n</title>`;
    const { title } = await structureIn(page, asHtml(reportForTest({ reference })));
    expect(title).toBe(`Report on <b onclick="x">'&amp;\uFFFD </title>`);
  });

  it('is noticed where it makes one: so the judge is worth something', async () => {
    const inBody = asHtml(reportForTest()).replace('<h1>', '<h1><b id=1><!--x-->');
    const found = await structureIn(page, inBody);
    expect([found.elements.includes('B id'), found.comments]).toEqual([true, 1]);
  });
});
