import { afterEach, expect, it, vi } from 'vitest';
import { thisWorld } from '../../../functions/operator/world.ts';

afterEach(() => {
  vi.unstubAllEnvs();
  process.removeAllListeners('SIGINT');
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
