import { execFile } from 'node:child_process';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it, onTestFinished } from 'vitest';

it('lets the process end where its port is taken', async () => {
  const taken = createServer().listen(0, '127.0.0.1');
  onTestFinished(() => void taken.close());
  await new Promise((resolve) => taken.once('listening', resolve));
  const { port } = taken.address() as { readonly port: number };
  const module = join(import.meta.dirname, '../../../../infra/local/aws/start-aws.ts');
  const script = `import { startAws } from ${JSON.stringify(module)}; await startAws({ port: ${port} }).catch(({ code }) => console.log(code));`;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module-typescript', '-e', script], {
    timeout: 30_000,
  });
  expect(stdout.trim()).toBe('EADDRINUSE');
});
