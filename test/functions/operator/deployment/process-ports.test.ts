import { afterEach, expect, it, vi } from 'vitest';
import { processPorts } from '../../../../functions/operator/deployment/process-ports.ts';

const before = process.listeners('SIGINT');
const STREAMS = [process.stdout, process.stderr];
const heard = STREAMS.map((stream) => stream.listeners('error'));

afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
  for (const listener of process.listeners('SIGINT')) if (!before.includes(listener)) process.off('SIGINT', listener);
  for (const [index, stream] of STREAMS.entries())
    for (const listener of stream.listeners('error'))
      if (!heard[index]?.includes(listener)) stream.off('error', listener as () => void);
});

it.each([
  ['the name that the SDK knows', 'eu-west-1', 'us-east-1', {}],
  ['the name of the other tools', undefined, 'us-east-1', { region: 'us-east-1' }],
  ['the name of the other tools beside an empty one', '', 'us-east-1', { region: 'us-east-1' }],
  ['nothing, where both are empty', '', '', {}],
])('takes the region by %s', (_what, sdk, others, wanted) => {
  vi.stubEnv('AWS_REGION', sdk);
  vi.stubEnv('AWS_DEFAULT_REGION', others);
  expect(processPorts().aws).toEqual(wanted);
});

it('breaks off at the first Ctrl-C, and ends at the second', () => {
  const exit = vi.spyOn(process, 'exit').mockImplementation(() => undefined as never);
  const { signal } = processPorts();
  expect(signal.aborted).toBe(false);
  process.emit('SIGINT');
  expect([signal.aborted, exit.mock.calls]).toEqual([true, []]);
  process.emit('SIGINT');
  expect(exit.mock.calls).toEqual([[130]]);
});

it.each(['stdout', 'stderr'] as const)('continues if %s has no reader any more', (name) => {
  const broken = (code: string) => () => process[name].emit('error', Object.assign(new Error(code), { code }));
  expect(broken('EPIPE')).toThrow('EPIPE');
  processPorts();
  expect(broken('EPIPE')).not.toThrow();
  expect(broken('EIO')).toThrow('EIO');
});
