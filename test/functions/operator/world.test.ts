import { afterEach, expect, it, vi } from 'vitest';
import { thisWorld } from '../../../functions/operator/world.ts';

const before = process.listeners('SIGINT');

afterEach(() => {
  vi.unstubAllEnvs();
  for (const listener of process.listeners('SIGINT')) if (!before.includes(listener)) process.off('SIGINT', listener);
});

it.each([
  ['the name that the SDK knows', 'eu-west-1', 'us-east-1', {}],
  ['the name of the other tools', undefined, 'us-east-1', { region: 'us-east-1' }],
  ['the name of the other tools beside an empty one', '', 'us-east-1', { region: 'us-east-1' }],
  ['nothing, where both are empty', '', '', {}],
])('takes the region by %s', (_what, sdk, others, wanted) => {
  vi.stubEnv('AWS_REGION', sdk);
  vi.stubEnv('AWS_DEFAULT_REGION', others);
  expect(thisWorld().aws).toEqual(wanted);
});
