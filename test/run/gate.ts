import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';

/** Run one after another beside the tests. What they print is shown when they have ended, so that nothing is mixed. */
const BESIDE = ['typecheck', 'lint', 'synth'];

const tests = spawn('vitest', ['run'], { stdio: 'inherit' });
const tested = once(tests, 'close') as Promise<[number | null]>;

/** @returns whether it succeeded */
const runScript = async (name: string): Promise<boolean> => {
  const script = spawn('npm', ['run', '--silent', name], { stdio: ['ignore', 'pipe', 'pipe'] });
  const said = Promise.all([text(script.stdout as Readable), text(script.stderr as Readable)]);
  const [status] = (await once(script, 'close')) as [number | null];
  const isDone = status === 0;
  console.log(
    [`\n${name}: ${isDone ? 'passed' : `failed with status ${status}`}`, ...(await said)].join('\n').trimEnd(),
  );
  return isDone;
};

const runBeside = async (): Promise<boolean> => {
  for (const name of BESIDE) if (!(await runScript(name))) return false;
  return true;
};

const beside = runBeside().then((isDone) => {
  // Nobody waits minutes for tests of what does not compile.
  if (!isDone) tests.kill();
  return isDone;
});
const [[status], isDone] = await Promise.all([tested, beside]);
process.exitCode = status === 0 && isDone ? 0 : 1;
