import { expect, it } from 'vitest';
import { unlessAborted } from '../../../../../infra/local/story/stage/unless-aborted.ts';

const never = new Promise<never>(() => undefined);

it('gives what the promise gives', async () => {
  const { signal } = new AbortController();
  await expect(unlessAborted(Promise.resolve('value'), signal)).resolves.toBe('value');
  await expect(unlessAborted(Promise.reject(new Error('failed')), signal)).rejects.toThrow('failed');
});

it('rejects with the reason when it is aborted on the way', async () => {
  const stop = new AbortController();
  const waiting = unlessAborted(never, stop.signal);
  stop.abort(new Error('stopped'));
  await expect(waiting).rejects.toThrow('stopped');
});

it('rejects with the reason where it was aborted before, also when the promise fails', async () => {
  const signal = AbortSignal.abort(new Error('stopped'));
  await expect(unlessAborted(never, signal)).rejects.toThrow('stopped');
  await expect(unlessAborted(Promise.reject(new Error('failed')), signal)).rejects.toThrow('stopped');
});
