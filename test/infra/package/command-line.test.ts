import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { variablesFor } from '../../../infra/local/story/guide.ts';
import { makeSamples, type Sample } from '../../../infra/local/story/sample-keys.ts';
import { store } from '../../../infra/local/story/stage/send-request.ts';
import { openStage, type Stage } from '../../../infra/local/story/stage/stage.ts';
import { type Consumer, type Ended, startConsumer } from './consumer.ts';

/** Other processes are waited for, on whatever machine. In milliseconds. */
const LONG = 300_000;
vi.setConfig({ testTimeout: LONG });

const SECRET_NAME = 'key-revoker/kalshi/bot';

describe('the packed command line, from a leaked string to a report', () => {
  let consumer: Consumer;
  let stage: Stage;
  let samples: readonly Sample[];
  beforeAll(async () => {
    consumer = await startConsumer([]);
    stage = await openStage({ signal: new AbortController().signal });
    samples = makeSamples(stage.sandboxes);
    await Promise.all(samples.map(({ provider, stored }) => store(stage, provider, stored)));
  }, LONG);
  afterAll(async () => {
    await stage.close();
    consumer.remove();
  });

  const heard: string[] = [];
  const typed = async (words: readonly string[], input = ''): Promise<Ended> => {
    const ended = await consumer.commandLine(words, { environment: { ...variablesFor(stage), USER: 'alex' }, input });
    heard.push(ended.out, ended.told);
    return ended;
  };

  it('plays each want, one after another', async () => {
    const credential = samples.find(({ stored }) => stored.name === SECRET_NAME)?.stored.credential as {
      readonly apiKeyId: string;
      readonly privateKey: string;
    };
    const { apiKeyId, privateKey } = credential;
    const short = `${apiKeyId.slice(0, 4)}…${apiKeyId.slice(-4)}`;

    const found = await typed(['find', '-'], privateKey);
    expect([found.status, found.out]).toEqual([0, expect.stringContaining(SECRET_NAME)]);
    expect((await typed(['find', short, '--query', '[].secret', '-o', 'csv'])).out).toBe(`${SECRET_NAME}\n`);
    const killed = await typed(['kill', '-', '--leaked', '--reference', 'INC-7', '--yes', '--wait'], privateKey);
    expect([killed.status, killed.out]).toEqual([0, expect.stringMatching(/^revoked {2}kalshi\/delete-key/)]);
    expect(killed.out).toMatch(/▲|gone/);
    const [head, row, ...more] = (await typed(['receipts', '--reference', 'INC-7', '-o', 'csv'])).out
      .trim()
      .split('\n');
    expect([head?.split(',')[0], more]).toEqual(['request', []]);
    const requestId = row?.split(',')[0] ?? '';
    expect((await typed(['receipts', 'show', requestId])).out).toContain('SHA-256');
    expect((await typed(['report', '--reference', 'INC-7'])).out).toMatch(/^<!doctype html>/);
    expect((await typed(['status', short])).out).toContain(`Key kalshi/prod/${apiKeyId}`);
    expect(JSON.parse((await typed(['list', '--json', '--quiet'])).out)).toHaveLength(samples.length);
    expect(
      (await typed(['limit', 'raise', '--provider', 'kalshi', '--urgent', '5000', '--for', '1h', '--reason', 'x']))
        .status,
    ).toBe(2);
    expect((await typed(['stuck', 'list', '--code', 'malformed'])).out).toContain('Nothing is stuck');
    const debugged = await typed(['status', '--debug']);
    expect(debugged.told).toMatch(/DynamoDB Query: OK 200 after \d+ ms/);
    expect((await typed(['list', '--profil', 'x'])).told).toContain('Did you mean --profile?');
    expect((await typed(['kill', privateKey.replaceAll('\n', ' ')])).status).toBe(2);

    const secret = privateKey.split('\n')[1] ?? '';
    expect(secret.length).toBeGreaterThan(30);
    expect(heard.join('\n')).not.toContain(secret);
  });
});
