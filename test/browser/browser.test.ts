import type { Browser } from 'puppeteer-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openPage, screenshot, startBrowser, VIEWS } from './browser.ts';

const PAGE = `<!doctype html><title>A page</title>
<style>
  :root { color-scheme: light dark; background: light-dark(#fff, #000) }
  h1 { font: 20px "Open Sans" }
</style>
<h1>A heading</h1>`;

describe('the browser of the tests', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await startBrowser();
  });
  afterAll(() => browser.close());

  it.each(VIEWS)('shows a page $view', async ({ scheme, width, view }) => {
    const { page, troubles } = await openPage(browser, { scheme, width });
    await page.setContent(PAGE);
    const shown = await page.evaluate(
      '({ width: innerWidth, ground: getComputedStyle(document.documentElement).backgroundColor })',
    );
    expect(shown).toEqual({ width, ground: scheme === 'light' ? 'rgb(255, 255, 255)' : 'rgb(0, 0, 0)' });
    expect(troubles).toEqual([]);
    const picture = Buffer.from(await screenshot(page, `browser, ${view}`));
    expect(picture.subarray(1, 4).toString()).toBe('PNG');
    expect(picture.readUInt32BE(16)).toBe(width);
    await page.close();
  });

  it('shows words, in the font that it brings', async () => {
    const { page } = await openPage(browser, VIEWS[0]);
    await page.setContent(PAGE.replace('A heading', '<span>A heading</span>'));
    const session = await page.createCDPSession();
    await session.send('DOM.enable');
    await session.send('CSS.enable');
    const { root } = await session.send('DOM.getDocument');
    const { nodeId } = await session.send('DOM.querySelector', { nodeId: root.nodeId, selector: 'span' });
    const { fonts } = await session.send('CSS.getPlatformFontsForNode', { nodeId });
    expect(fonts).toMatchObject([{ familyName: 'Open Sans', glyphCount: 'A heading'.length }]);
    await page.close();
  });

  it('tells how a page is read aloud', async () => {
    const { page } = await openPage(browser, VIEWS[0]);
    await page.setContent(PAGE);
    const read = await page.accessibility.snapshot();
    expect(read).toMatchObject({ name: 'A page', children: [{ role: 'heading', name: 'A heading', level: 1 }] });
    await page.close();
  });

  it('reaches no other machine, and tells what was not loaded', async () => {
    const { page, troubles } = await openPage(browser, VIEWS[0]);
    await page.setContent(`${PAGE}<img src="https://example.com/a.png" alt="">`);
    expect(troubles).toContain('not loaded: https://example.com/a.png');
    await page.close();
  });
});
