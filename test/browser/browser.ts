import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { inflate } from '@sparticuz/chromium';
import puppeteer, { type Browser, type Page } from 'puppeteer-core';
import { inject } from 'vitest';
import { onceInRun } from '../run/once-in-run.ts';

const PACKED = join(dirname(createRequire(import.meta.url).resolve('@sparticuz/chromium')), '../bin');

/** Chromium, its fonts, and the libraries that a machine without a desktop may lack. */
const PARTS = ['chromium.br', 'fonts.tar.br', 'al2023.tar.br'];

/** The package's own settings look for fonts in one fixed folder. The fonts of the machine are left out: pictures look alike everywhere. */
const fontSettings = (folder: string): string =>
  `<?xml version="1.0"?><fontconfig><dir>${folder}/fonts</dir><cachedir>${folder}/fonts-cache</cachedir></fontconfig>`;

/** Unpacks the browser once in a run. If two test files need the browser at the same time, each unpacks it into a folder of its own. */
const unpacked = (): Promise<string> =>
  onceInRun('browser.json', async () => {
    const folder = mkdtempSync(join(inject('runFolder'), 'browser-'));
    // The package unpacks into the temporary folder, whose name it reads as soon as it is called.
    const before = process.env['TMPDIR'];
    process.env['TMPDIR'] = folder;
    const parts = PARTS.map((part) => inflate(join(PACKED, part)));
    if (before === undefined) delete process.env['TMPDIR'];
    else process.env['TMPDIR'] = before;
    await Promise.all(parts);
    writeFileSync(join(folder, 'fonts.conf'), fontSettings(folder));
    return folder;
  });

/**
 * Starts a headless browser. A test file starts one browser, opens pages in it, and closes it at the end.
 *
 * The browser has no sandbox, since it also has to run in containers. It reaches no host but this machine.
 */
export const startBrowser = async (): Promise<Browser> => {
  const folder = await unpacked();
  return puppeteer.launch({
    executablePath: join(folder, 'chromium'),
    headless: 'shell',
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-dev-shm-usage',
      '--font-render-hinting=none',
      '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost',
    ],
    env: { ...process.env, FONTCONFIG_FILE: join(folder, 'fonts.conf'), LD_LIBRARY_PATH: join(folder, 'al2023/lib') },
  });
};

/** How a person may look at a page. */
export const VIEWS = [
  { view: 'light and wide', scheme: 'light', width: 1280 },
  { view: 'dark and wide', scheme: 'dark', width: 1280 },
  { view: 'light and narrow', scheme: 'light', width: 360 },
  { view: 'dark and narrow', scheme: 'dark', width: 360 },
] as const;

/** Opens an empty page as a person would look at it. What the page logs or fails to load is in `troubles`. */
export const openPage = async (
  browser: Browser,
  { scheme, width }: { readonly scheme: 'light' | 'dark'; readonly width: number },
): Promise<{ readonly page: Page; readonly troubles: readonly string[] }> => {
  const page = await browser.newPage();
  const troubles: string[] = [];
  page.on('console', (message) => troubles.push(`console: ${message.text()}`));
  page.on('pageerror', (error) => troubles.push(`error: ${String(error)}`));
  page.on('requestfailed', (request) => troubles.push(`not loaded: ${request.url()}`));
  await page.setViewport({ width, height: 900 });
  await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: scheme }]);
  return { page, troubles };
};

const SCREENSHOTS = join(import.meta.dirname, '../../reports/screenshots');

/** Takes a picture of the whole page. `reports/screenshots` keeps it for people. @returns the picture as PNG */
export const screenshot = async (page: Page, name: string): Promise<Uint8Array> => {
  mkdirSync(SCREENSHOTS, { recursive: true });
  return page.screenshot({ fullPage: true, path: join(SCREENSHOTS, `${name}.png`) as `${string}.png` });
};
