import { get } from 'node:http';
import { text } from 'node:stream/consumers';
import type { Browser } from 'puppeteer-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openPage, screenshot, startBrowser, VIEWS } from '../../../browser/browser.ts';
import { CREDENTIALS, KEYS, SECRETS, seedKeys } from '../../../seed-keys.ts';
import { systemForEachTest } from '../../../whole/system/system.ts';
import { commandLine, type Ran } from '../command-line.ts';
import { playIncident } from '../play-incident.ts';

const system = systemForEachTest();

/** Runs the console while the visit lasts. */
const visited = async (visit: (url: string) => Promise<void>, ...words: readonly string[]): Promise<Ran> => {
  let visiting: Promise<void> | undefined;
  const onPrint = (line: string, breakOff: () => void): void => {
    visiting = visit(line.replace('Open ', '')).finally(breakOff);
  };
  // Nothing is delivered by the way: the test says what happens.
  const ran = await commandLine(system, { onPrint, meanwhile: async () => undefined })('console', ...words);
  await visiting;
  return ran;
};

interface Answer {
  readonly status: number | undefined;
  readonly body: string;
  readonly headers: Readonly<Record<string, unknown>>;
}

const answerOf = (
  url: string,
  options: { readonly method?: string; readonly headers?: object } = {},
): Promise<Answer> =>
  new Promise((resolve, reject) => {
    get(url, options as object, async (response) => {
      const { statusCode: status, headers } = response;
      resolve({ status, body: await text(response), headers });
    }).on('error', reject);
  });

/** The texts of the rows of a section. */
const ROWS = (id: string): string =>
  `[...document.querySelectorAll('#${id} tbody tr')].map((row) => [...row.cells].map((cell) => cell.textContent))`;

describe('the console', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await startBrowser();
  });
  afterAll(() => browser.close());

  it('shows keys, what is at work, what needs a person, and receipts with their timelines', async () => {
    await playIncident(system());
    const { exit, told } = await visited(async (url) => {
      const { page, troubles } = await openPage(browser, VIEWS[0]);
      await page.goto(url);
      const rows = async (id: string) => (await page.evaluate(ROWS(id))) as readonly (readonly string[])[];
      expect((await rows('for-people')).map(([request, , outcome]) => [request, outcome])).toEqual([
        ['K-2', 'stuck/not-recognised'],
      ]);
      expect((await rows('at-work')).map(([request]) => request)).toEqual(['K-3#1']);
      const keys = (await rows('keys')).map(([secret, state]) => [secret, state]);
      expect(keys).toContainEqual([SECRETS.sub, 'dead']);
      expect(keys).toContainEqual([SECRETS.kalshiKey, 'gone']);
      expect(keys).toContainEqual([SECRETS.requestyKey, 'not seen']);
      expect((await rows('receipts')).map(([request, state]) => [request, state])).toEqual([
        ['K-1#1', 'gone'],
        ['K-2#1', 'stuck/not-recognised'],
        ['INC-2041-desk-7#1', 'dead'],
      ]);
      expect(await page.evaluate("document.querySelectorAll('#timelines details svg').length")).toBe(3);
      expect(troubles).toEqual([]);
      const body = (await page.evaluate('document.documentElement.outerHTML')) as string;
      for (const credential of Object.values(CREDENTIALS))
        for (const value of Object.values(credential as Record<string, string>))
          if (!Object.values<string>(KEYS).includes(value)) expect(body).not.toContain(value);
      await page.close();
    });
    expect([exit, told]).toEqual([0, [expect.stringMatching(/^Each program of this machine/)]]);
  });

  it('shows a key on its way from alive to gone without being loaded again, and keeps what is open', async () => {
    await seedKeys(system());
    await system().send({
      provider: 'kalshi',
      operation: 'delete-key',
      secretId: SECRETS.kalshiKey,
      target: 'self',
      requestId: 'R-0',
    });
    await system().settle();
    await visited(async (url) => {
      const { page, troubles } = await openPage(browser, VIEWS[0]);
      await page.goto(url);
      await page.waitForFunction("document.getElementById('live').textContent === 'live'");
      await page.evaluate("document.querySelector('#timelines details').open = false; window.isSame = true");
      const request = { provider: 'kalshi', operation: 'delete-key', secretId: SECRETS.kalshiManager };
      await system().send({ ...request, target: 'self', requestId: 'R-1' });
      await system().settle();
      system().advance(5_000);
      await page.waitForFunction("document.querySelectorAll('#receipts tbody tr').length === 2");
      // The one that was closed stays closed, and the new one is open.
      expect(
        await page.evaluate("[...document.querySelectorAll('#timelines details')].map((one) => one.open)"),
      ).toEqual([true, false]);
      expect(await page.evaluate('window.isSame')).toBe(true);
      expect(troubles).toEqual([]);
      await page.close();
    });
  });

  it.each([
    ...VIEWS,
    { view: '320 px wide', scheme: 'light', width: 320 },
    { view: '1600 px wide', scheme: 'dark', width: 1600 },
  ] as const)('fits who looks at it: $view', async ({ view, ...look }) => {
    await playIncident(system());
    await visited(async (url) => {
      const { page } = await openPage(browser, look);
      await page.goto(url);
      await screenshot(page, `console, ${view}`);
      const [wide, width] = (await page.evaluate('[document.documentElement.scrollWidth, innerWidth]')) as number[];
      expect(wide).toBeLessThanOrEqual(width ?? 0);
      const tree = JSON.stringify(await page.accessibility.snapshot({ interestingOnly: false }));
      for (const name of ['Keys', 'Receipts', 'At work', 'Needs a person', 'Timelines'])
        expect(tree).toMatch(new RegExp(`"role":"heading","name":"${name}"|"name":"${name}","level":2`));
      expect(tree).toContain('"role":"columnheader"');
      await page.close();
    });
  });

  describe('lets nobody in', () => {
    const status = async (url: string, options?: Parameters<typeof answerOf>[1]) => {
      const { status: said, body } = await answerOf(url, options);
      return [said, body];
    };

    it('without the token, with the name of another host, or for anything but a read', async () => {
      await seedKeys(system());
      await visited(async (url) => {
        const { origin, host, pathname, port } = new URL(url);
        expect(pathname).toMatch(/^\/[\w-]{22}\/$/);
        expect(host).toBe(`127.0.0.1:${port}`);
        expect(await status(`${origin}/`)).toEqual([403, '']);
        expect(await status(`${origin}/events`)).toEqual([403, '']);
        expect(await status(`${url.slice(0, -2)}x/`)).toEqual([403, '']);
        expect(await status(url, { headers: { host: `evil.example:${port}` } })).toEqual([421, '']);
        expect(await status(url, { method: 'POST' })).toEqual([405, '']);
        expect(await status(`${url}other`)).toEqual([404, '']);
        expect(await status(`${url}events/more`)).toEqual([404, '']);
        const { headers, status: good } = await answerOf(url);
        expect(good).toBe(200);
        expect(headers).toMatchObject({
          'cache-control': 'no-store',
          'referrer-policy': 'no-referrer',
          'content-security-policy': expect.stringMatching(/^default-src 'none'; script-src 'sha256-[^']+'; style-src/),
        });
      });
    });

    it('on a port that is taken', async () => {
      await seedKeys(system());
      await visited(async (url) => {
        const { exit, told } = await commandLine(system)('console', '--port', new URL(url).port);
        expect([exit, told]).toEqual([
          1,
          [expect.stringMatching(/^Cannot listen on port \d+ \(EADDRINUSE\): .*--port$/)],
        ]);
      });
      expect((await commandLine(system)('console', '--port', '0')).exit).toBe(2);
    });
  });

  it('says what is wrong where AWS does not answer, and continues', async () => {
    await seedKeys(system());
    await visited(async (url) => {
      system().aws.faults.add({ service: 'dynamodb', action: 'Query', kind: 'unavailable', times: 100 });
      const { status, body } = await answerOf(url);
      expect(status).toBe(200);
      expect(body).toMatch(/role="alert">Cannot .*\. The page tries again by itself\.</);
    });
  });
});
