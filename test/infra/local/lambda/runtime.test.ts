import { afterEach, expect, it } from 'vitest';
import type { FunctionConfig } from '../../../../infra/local/lambda/function-config.ts';
import { type LocalFunction, type RuntimeOptions, startFunction } from '../../../../infra/local/lambda/runtime.ts';

const CONFIG: FunctionConfig = {
  name: 'obedient',
  handlerModule: 'test/infra/local/lambda/handlers/obedient.ts',
  handlerExport: 'handler',
  timeoutMs: 30_000,
  memoryMb: 256,
  environment: { MODE: 'observe', BYBIT_BASE_URL: 'from the template' },
  roleId: 'AROAEXAMPLE',
};
const open: LocalFunction[] = [];
const start = (config: Partial<FunctionConfig> = {}, options: Partial<RuntimeOptions> = {}): LocalFunction => {
  const made = startFunction({ ...CONFIG, ...config }, { endpointUrl: 'http://127.0.0.1:1', ...options });
  open.push(made);
  return made;
};
afterEach(async () => void (await Promise.all(open.splice(0).map((each) => each.close()))));

it('gives the function its own environment, overrides on top, and nothing of this process', async () => {
  process.env['FROM_OUTSIDE'] = 'leaks';
  const overrides = { BYBIT_BASE_URL: 'http://127.0.0.1:2' };
  const seen = await start({}, { overrides }).invoke({ wanted: 'environment' });
  expect(seen).toMatchObject({
    MODE: 'observe',
    BYBIT_BASE_URL: 'http://127.0.0.1:2',
    AWS_ENDPOINT_URL: 'http://127.0.0.1:1',
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'AROAEXAMPLE',
    AWS_LAMBDA_FUNCTION_NAME: 'obedient',
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '256',
  });
  expect(seen).not.toHaveProperty('FROM_OUTSIDE');
  expect(seen).not.toHaveProperty('VITEST');
});

it('tells the handler its name, a request id of its own and the time that remains', async () => {
  const { invoke } = start({ timeoutMs: 20_000 });
  const [first, second] = [await invoke({ wanted: 'context' }), await invoke({ wanted: 'context' })] as const;
  expect(first).toEqual({ name: 'obedient', requestId: expect.any(String), remaining: expect.any(Number) });
  expect(second).not.toMatchObject({ requestId: (first as { requestId: string }).requestId });
  expect((first as { remaining: number }).remaining).toBeLessThanOrEqual(20_000);
  expect((first as { remaining: number }).remaining).toBeGreaterThan(0);
});

it('answers null for nothing', async () => {
  await expect(start().invoke({ wanted: 'nothing' })).resolves.toBeNull();
});

it('uses a process again, also after an error of the handler', async () => {
  const { invoke } = start();
  const first = await invoke({ wanted: 'process' });
  await expect(invoke({ wanted: 'error' })).rejects.toMatchObject({
    errorType: 'TypeError',
    message: 'Cannot do that',
  });
  expect(await invoke({ wanted: 'process' })).toBe(first);
});

it('takes as many events at once as it may, and lets the others wait', async () => {
  const { invoke } = start({}, { concurrency: 2 });
  const pids = await Promise.all(['process', 'process', 'process'].map((wanted) => invoke({ wanted })));
  expect(new Set(pids).size).toBe(2);
});

it('reports a crash, and continues in a new process', async () => {
  const { invoke } = start();
  const first = await invoke({ wanted: 'process' });
  const crash = { errorType: 'Runtime.ExitError', message: 'Runtime exited with error: exit status 3' };
  await expect(invoke({ wanted: 'exit' })).rejects.toMatchObject(crash);
  expect(await invoke({ wanted: 'process' })).not.toBe(first);
});

it.each(['forever', 'busy'])('kills a handler that is %s when its time is over', async (wanted) => {
  const { invoke } = start({ timeoutMs: 300 });
  const timeout = { errorType: 'Sandbox.Timedout', message: 'Task timed out after 0.30 seconds' };
  await expect(invoke({ wanted })).rejects.toMatchObject(timeout);
});

it('ends what still runs when it is closed, and starts nothing more', async () => {
  const local = start();
  const pid = Number(await local.invoke({ wanted: 'process' }));
  const [running, waiting] = [local.invoke({ wanted: 'forever' }), local.invoke({ wanted: 'process' })];
  const refused = Promise.all([
    expect(running).rejects.toMatchObject({ errorType: 'Runtime.ExitError' }),
    expect(waiting).rejects.toMatchObject({ errorType: 'Sandbox.Closed' }),
  ]);
  await local.close();
  await refused;
  expect(() => process.kill(pid, 0)).toThrow('ESRCH');
});

it('ends a process that was still starting when it was closed', async () => {
  const local = start();
  const refused = expect(local.invoke({ wanted: 'process' })).rejects.toMatchObject({ errorType: 'Sandbox.Closed' });
  await local.close();
  await refused;
});

it('hands over every line of both outputs', async () => {
  const lines: string[] = [];
  const local = start({}, { onLine: (line) => lines.push(line) });
  await local.invoke({ wanted: 'lines' });
  await expect.poll(() => lines.toSorted()).toEqual(['and more', 'to stderr', 'to stdout']);
});

it.each([
  [{ handlerModule: 'nowhere.ts' }, /nowhere\.ts/],
  [{ handlerExport: 'absent' }, /Cannot call "absent" .*wanted an exported function/],
])('reports a handler that cannot be loaded: %o', async (config, message) => {
  await expect(start(config).invoke({ wanted: 'nothing' })).rejects.toThrow(message);
});
