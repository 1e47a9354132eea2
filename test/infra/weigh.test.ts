import { expect, it } from 'vitest';
import { weigh } from '../../infra/weigh.ts';

it('weighs what would be deployed, heaviest inputs first', async () => {
  const weights = await weigh();
  expect(weights.map(({ handler }) => handler)).toEqual(['functions/revoke/handler.ts', 'functions/sweep/handler.ts']);
  for (const { handler, bytes, inputs } of weights) {
    const sizes = inputs.map(([, size]) => size);
    expect(inputs.map(([name]) => name)).toContain(handler);
    expect(sizes).toEqual(sizes.toSorted((a, b) => b - a));
    // Beside the inputs there is only what esbuild puts around a module.
    expect(sizes.reduce((sum, size) => sum + size)).toBeLessThanOrEqual(bytes);
  }
});
