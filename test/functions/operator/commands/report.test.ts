import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'puppeteer-core';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { canonical } from '../../../../functions/core/request/canonical.ts';
import { digest } from '../../../../functions/edge/process/digest.ts';
import { openPage, screenshot, startBrowser, VIEWS } from '../../../browser/browser.ts';
import { seedKeys } from '../../../seed-keys.ts';
import { systemForEachTest } from '../../../whole/system/system.ts';
import { commandLine } from '../command-line.ts';
import { BY_MANAGER, playIncident } from '../play-incident.ts';

const system = systemForEachTest();
const piped = commandLine(system, { environment: { USER: 'alex' } });

const report = async (...words: readonly string[]): Promise<string> => {
  const { exit, out } = await piped('report', '--reference', 'INC-2041', ...words);
  expect(exit).toBe(0);
  return out.join('\n');
};

describe('report', () => {
  it('tells in Markdown what became of each key, who asked, and what is left to do', async () => {
    await playIncident(system());
    const text = await report('--format', 'md');
    expect(text.split('\n').slice(0, 9)).toEqual([
      '# Report on INC-2041',
      '',
      expect.stringMatching(
        /^Made at 2026-11-20T10:\S+Z by alex from the ledger of \S+ \\\(prefix key-revoker\/, account /,
      ),
      '',
      '- **Requests**: 4',
      '- **Keys**: 1 dead, 1 not killed, 1 gone, 1 at work',
      expect.stringMatching(/^- \*\*Due to gone\*\*: median 0\.1 s, longest 0\.2 s \\\(2 keys\\\)$/),
      expect.stringMatching(/^- \*\*Due to dead\*\*: 10 m$/),
      '',
    ]);
    const left = text.slice(text.indexOf('## Left to do'), text.indexOf('## Keys')).split('\n').filter(Boolean);
    expect(left.slice(1)).toEqual([
      expect.stringMatching(
        /^- \*\*0000…0000, kalshi, request K-2\*\*: Ended as stuck\/not-recognised\. .* Next: key-revoker stuck show K-2$/,
      ),
      expect.stringMatching(
        /^- \*\*a952…608c, kalshi, request K-1\*\*: The confirmation follows by 2026-11-20T\S+Z\. /,
      ),
      expect.stringMatching(
        /^- \*\*Request K-3\*\*: It has not ended: called once, not proved yet\. Next try: .* Next: key-revoker status K-3$/,
      ),
    ]);
    expect(text).toContain('| SUBK…0001, bybit | dead | delete-sub-key |');
    expect(text).toContain('| a952…608c, kalshi | gone | delete-key | alex \\<b\\>\\&, by ');
    expect(text).toMatch(/^ {4}word +▲ gone 0\.1 +▲ revoked 2\.1 +▲ confirmed 602$/m);
    expect(text).not.toContain('OTHER');
  });

  it('names each receipt with its digest, which a subscriber can compare', async () => {
    await playIncident(system());
    const final = system()
      .receipts()
      .filter((one) => one.final && one.request.reference === 'INC-2041');
    expect(final).toHaveLength(3);
    const [html, md] = [await report(), await report('--format', 'md')];
    for (const receipt of final) {
      expect(html).toContain(`<td>${receipt.receiptId}</td><td><code>${digest(canonical(receipt))}</code></td>`);
      expect(md).toContain(`| ${receipt.receiptId.replace('#', '\\#')} | ${digest(canonical(receipt))} |`);
    }
  });

  it('goes into a file, and nothing but a note to the terminal', async () => {
    await playIncident(system());
    const folder = mkdtempSync(join(tmpdir(), 'report-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const file = join(folder, 'INC-2041.html');
    const { exit, out, told } = await piped('report', '--reference', 'INC-2041', '--out', file);
    expect([exit, out, told]).toEqual([0, [], [`Written: ${file}. Requests that have ended: 3, at work: 1`]]);
    const written = readFileSync(file, 'utf8');
    system().canaries.hearText(written);
    expect(written).toMatch(/^<!doctype html>.*<\/html>\n$/s);
    const nowhere = await piped('report', '--reference', 'INC-2041', '--out', join(folder, 'none', 'x.html'));
    expect(nowhere).toMatchObject({ exit: 1, told: [expect.stringMatching(/^Cannot write the report: ENOENT/)] });
  });

  it('tells of an incident whose requests are all at work', async () => {
    await seedKeys(system());
    system().kalshi.faults.script({ match: {}, fault: { kind: 'dropBefore' }, times: Number.POSITIVE_INFINITY });
    await system().send({ ...BY_MANAGER, target: 'self', requestId: 'K-3' });
    await system().deliver();
    const text = await report('--format', 'md');
    expect(text).toContain('- **Keys**: 1 at work');
    expect(text).not.toContain('## Receipts');
  });

  it('says that there is nothing under a reference, and what a format may be', async () => {
    expect(await piped('report', '--reference', 'INC-9')).toMatchObject({
      exit: 4,
      told: ['Cannot find a request with the reference "INC-9": see key-revoker receipts'],
    });
    expect((await piped('report', '--reference', 'INC-9', '--format', 'pdf')).exit).toBe(2);
    expect((await piped('report')).exit).toBe(2);
  });
});

/** What a page asks of the reader's eyes: text that is cut, or hardly to be told from its ground. */
const CHECKS = `(() => {
  const channels = (text) => text.match(/[\\d.]+/g).slice(0, 3).map(Number);
  const light = (text) => {
    const [r, g, b] = channels(text).map((c) => c / 255).map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const groundOf = (one) => {
    for (let at = one; at; at = at.parentElement) {
      const ground = getComputedStyle(at).backgroundColor;
      if (ground !== 'rgba(0, 0, 0, 0)') return ground;
    }
  };
  const ratio = (one, color) => {
    const [a, b] = [light(color), light(groundOf(one))].sort((x, y) => y - x);
    return (a + 0.05) / (b + 0.05);
  };
  const texts = [...document.querySelectorAll('body :not(title)')].filter((one) => [...one.childNodes].some((n) => n.nodeType === 3 && n.data.trim()));
  const faint = texts.filter((one) => ratio(one, one instanceof SVGElement ? getComputedStyle(one).fill : getComputedStyle(one).color) < 4.5);
  const words = [...document.querySelectorAll('svg text.said')].map((one) => one.getBoundingClientRect());
  const covered = words.filter((a, i) => words.some((b, j) => j > i && a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom));
  const outside = [...document.querySelectorAll('svg')].flatMap((svg) => {
    const box = svg.getBoundingClientRect();
    return [...svg.querySelectorAll('text')].filter((one) => {
      const { left, right, bottom } = one.getBoundingClientRect();
      return left < box.left - 1 || right > box.right + 1 || bottom > box.bottom + 1;
    });
  });
  return {
    width: document.documentElement.scrollWidth,
    ...{ texts: texts.length, faint: faint.map((one) => one.textContent), covered: covered.length },
    outside: outside.map((one) => one.textContent),
  };
})()`;

describe('the report in a browser', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await startBrowser();
  });
  afterAll(() => browser.close());

  it.each(VIEWS)('can be read $view: nothing is cut, faint or covered', async (view) => {
    await playIncident(system());
    const { page, troubles } = await openPage(browser, view);
    await page.setContent(await report());
    const { texts, ...seen } = (await page.evaluate(CHECKS)) as { readonly texts: number };
    expect(seen).toEqual({ width: view.width, faint: [], covered: 0, outside: [] });
    expect(texts).toBeGreaterThan(150);
    expect(troubles).toEqual([]);
    await screenshot(page, `report, ${view.view}`);
    await page.close();
  });

  it('is read aloud in its order: headings, tables by their names, drawings in a sentence', async () => {
    await playIncident(system());
    const { page } = await openPage(browser, VIEWS[0]);
    await page.setContent(await report());
    const named: string[] = [];
    type Node = NonNullable<Awaited<ReturnType<typeof page.accessibility.snapshot>>>;
    const walk = ({ role, name = '', level, children = [] }: Node): void => {
      if (['heading', 'image', 'region'].includes(role)) named.push(`${role}${level ?? ''}: ${name}`);
      for (const child of children) walk(child);
    };
    const tree = await page.accessibility.snapshot({ interestingOnly: false });
    if (tree) walk(tree);
    expect(named.slice(0, 8)).toEqual([
      'heading1: Report on INC-2041',
      'heading2: Left to do',
      'heading2: Keys',
      'region: Keys',
      'heading2: What happened to each key',
      'heading3: SUBK…0001, bybit: dead',
      'region: Drawing of the timeline',
      'image: Timeline of SUBK…0001, bybit: gone after 0.1 s, dead after 10 m',
    ]);
    expect(named.filter((line) => line.startsWith('image'))).toHaveLength(3);
    await page.close();
  });

  it('has one style sheet, no script and nothing from elsewhere, and its policy holds', async () => {
    await playIncident(system());
    const html = await report();
    expect(html).not.toMatch(
      /<script|<link|<img|<iframe|@import|url\(|\son\w+=|\sstyle=|https?:(?!\/\/www\.w3\.org\/2000\/svg)/i,
    );
    const { page, troubles } = await openPage(browser, VIEWS[0]);
    await page.setContent(
      html.replace('</main>', '<p style="color: red">x</p><script>document.title = "run"</script></main>'),
    );
    expect(await page.title()).toBe('Report on INC-2041');
    expect(troubles).toEqual([expect.stringContaining('style'), expect.stringContaining('script')]);
    await page.close();
  });

  it('prints on A4, in ink on paper also where the screen is dark', async () => {
    await playIncident(system());
    const { page } = await openPage(browser, VIEWS[1]);
    await page.setContent(await report());
    const pdf = Buffer.from(await page.pdf({ preferCSSPageSize: true, printBackground: true })).toString('latin1');
    const boxes = [...pdf.matchAll(/\/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]/g)];
    // A4 in points.
    expect(
      new Set(boxes.map(([, width, height]) => `${Math.round(Number(width))} ${Math.round(Number(height))}`)),
    ).toEqual(new Set(['595 842']));
    expect(boxes.length).toBeGreaterThanOrEqual(2);
    await page.emulateMediaType('print');
    await page.setViewport({ width: 688, height: 1000 });
    const { faint, outside } = (await page.evaluate(CHECKS)) as { readonly faint: unknown; readonly outside: unknown };
    expect([faint, outside]).toEqual([[], []]);
    expect(await page.evaluate('getComputedStyle(document.body).backgroundColor')).toBe('rgb(255, 255, 255)');
    await screenshot(page, 'report, printed');
    await page.close();
  });
});
