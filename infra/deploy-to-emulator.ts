import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT } from './constructs/functions/bundling.ts';

/** What an emulator takes where nothing was set; it looks at none of them. */
const DEFAULTS = { AWS_REGION: 'eu-central-1', AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' };

/** The CDK remembers which account credentials belong to; those that every emulator takes belong to another one at each. */
const CDK_HOME = mkdtempSync(join(tmpdir(), 'cdk-home-'));
process.on('exit', () => rmSync(CDK_HOME, { recursive: true, force: true }));

const cdk = (command: string, ...words: readonly string[]): void => {
  const all = [command, ...words, ...process.argv.slice(2)];
  console.error(`cdk ${all.join(' ')}`);
  const path = join(ROOT, 'node_modules', 'aws-cdk', 'bin', 'cdk');
  const env = { ...DEFAULTS, ...process.env, CDK_HOME };
  const { status } = spawnSync(process.execPath, [path, ...all], { cwd: ROOT, env, stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
};

// A deployment to a real account goes without this script.
const { AWS_ENDPOINT_URL: address = '' } = process.env;
if (address === '' || /amazonaws\.com|\.api\.aws\b/i.test(address)) {
  console.error(
    `Cannot use "${address}" as AWS_ENDPOINT_URL: it must be the address of an emulator, such as http://127.0.0.1:4566`,
  );
  process.exit(1);
}
cdk('bootstrap');
cdk('deploy', '--require-approval', 'never');
// A deployment of the same again has nothing to change: whatever this shows, the emulator did not keep.
cdk('diff', '--fail', '--method', 'template');
