import { afterAll, vi } from 'vitest';

// Files share a process. What one of them put in the place of the environment, the clock or an output must not reach the next.
afterAll(() => {
  vi.useRealTimers();
  vi.unstubAllEnvs();
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});
