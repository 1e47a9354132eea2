import { afterEach, expect, it, vi } from 'vitest';
import type { LogFacts } from '../../../../functions/core/ports.ts';
import { Secret } from '../../../../functions/core/secret.ts';
import { logAs } from '../../../../functions/edge/telemetry/log.ts';

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

const written = (write: () => void): string => {
  const chunks: string[] = [];
  const keep = (chunk: unknown) => chunks.push(String(chunk)) > 0;
  vi.spyOn(process.stdout, 'write').mockImplementation(keep);
  vi.spyOn(process.stderr, 'write').mockImplementation(keep);
  write();
  vi.restoreAllMocks();
  return chunks.join('');
};

it('writes one line of JSON with the event and its facts side by side', () => {
  const text = written(() => logAs('desk').info('record over', { attempt: 2, outcome: 'revoked', urgent: true }));
  expect(text).toMatch(/^[^\n]+\n$/);
  expect(JSON.parse(text)).toMatchObject({
    level: 'INFO',
    message: 'record over',
    service: 'desk',
    attempt: 2,
    outcome: 'revoked',
    urgent: true,
  });
});

it('marks what a person should look at', () => {
  const text = written(() => logAs('desk').warn('limit reached', {}));
  expect(JSON.parse(text)).toMatchObject({ level: 'WARN', message: 'limit reached' });
});

it('stays audible whatever level the environment asks for', () => {
  vi.stubEnv('POWERTOOLS_LOG_LEVEL', 'SILENT');
  expect(written(() => logAs('desk').warn('limit reached', {}))).toContain('limit reached');
});

it('leaves out what is not flat, were it cast to be', () => {
  const deep = { secret: new Secret('CANARY'), error: new Error('CANARY'), list: ['CANARY'], nothing: null, kept: 1 };
  const text = written(() => logAs('desk').info('record over', deep as unknown as LogFacts));
  expect(Object.keys(JSON.parse(text) as object)).toEqual(expect.not.arrayContaining(['secret', 'error', 'list']));
  expect(text).toContain('"kept":1');
  expect(text).not.toContain('CANARY');
});
