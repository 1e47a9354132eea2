import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it, onTestFinished, vi } from 'vitest';
import { ROOT, rowsOf } from '../../pages.ts';
import { danglingIn, referencesIn } from './references.ts';
import { startEndpoint } from './start-endpoint.ts';

const execute = promisify(execFile);

const home = mkdtempSync(join(tmpdir(), 'cdk-cli-'));
const [FIRST, SECOND] = [join(home, 'first'), join(home, 'second')] as const;

/** What the CDK has kept of an emulator that was used before: the same credentials, and another account. */
const CDK_HOME = join(home, 'cdk');
mkdirSync(join(CDK_HOME, 'cache'), { recursive: true });
const KEPT = { test: { accountId: '444455556666', partition: 'aws' } };
writeFileSync(join(CDK_HOME, 'cache', 'accounts_partitions.json'), JSON.stringify(KEPT));

/** Other processes are waited for, on whatever machine. In milliseconds. */
const LONG = 300_000;
vi.setConfig({ testTimeout: LONG });

/**
 * Runs Node as a user without an account would.
 *
 * @returns what was printed, both streams; rejects when the exit status is not 0
 */
const node = async (words: readonly string[], variables: Readonly<Record<string, string>> = {}): Promise<string> => {
  const { PATH, HOME } = process.env;
  const own = { PATH: [join(ROOT, 'node_modules', '.bin'), PATH].join(':'), HOME, CDK_HOME };
  const env = { ...own, AWS_EC2_METADATA_DISABLED: 'true', ...variables };
  const { stdout, stderr } = await execute(process.execPath, words, { cwd: ROOT, env });
  return stdout + stderr;
};

const CDK = join(ROOT, 'node_modules', 'aws-cdk', 'bin', 'cdk');
const cdk = (...words: readonly string[]): Promise<string> => node([CDK, ...words]);

beforeAll(async () => {
  await Promise.all([FIRST, SECOND].map((output) => cdk('synth', '--quiet', '--output', output)));
}, LONG);
afterAll(() => rmSync(home, { recursive: true }));

const json = (path: string) => JSON.parse(readFileSync(join(FIRST, path), 'utf8'));
const template = () => json('KeyRevoker.template.json');

/** All files of an assembly with the digests of their contents, but for the times that the CLI notes of a slow run. */
const filesIn = (folder: string): ReadonlyMap<string, string> =>
  new Map(
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((path) => statSync(join(folder, path)).isFile() && path !== 'performance-counters.json')
      .toSorted()
      .map((path) => [
        path,
        createHash('sha256')
          .update(readFileSync(join(folder, path)))
          .digest('hex'),
      ]),
  );

it('two syntheses are the same to the byte', () => {
  const first = filesIn(FIRST);
  expect([...first.keys()].filter((path) => path.startsWith('asset.'))).toHaveLength(2);
  expect(filesIn(SECOND)).toEqual(first);
});

it('what would be uploaded is there, and is what the functions run', () => {
  const { files } = json('KeyRevoker.assets.json') as {
    files: Record<string, { source: { path: string }; destinations: Record<string, { objectKey: string }> }>;
  };
  const uploads = Object.values(files).map(({ source, destinations }) => {
    expect(() => statSync(join(FIRST, source.path))).not.toThrow();
    return Object.values(destinations).map(({ objectKey }) => objectKey);
  });
  const folders = readdirSync(FIRST).filter((name) => name.startsWith('asset.'));
  const sources = Object.values(files).map(({ source }) => source.path);
  expect(sources.toSorted()).toEqual([...folders, 'KeyRevoker.template.json'].toSorted());
  const keys = new Set(JSON.stringify(template()).match(/(?<="S3Key":")[^"]+/g));
  expect(keys.size).toBe(2);
  expect(uploads.flat()).toEqual(expect.arrayContaining([...keys]));
});

it('every reference in the template resolves', () => {
  expect(referencesIn(template()).length).toBeGreaterThan(100);
  expect(danglingIn(template())).toEqual([]);
});

it.each([
  ['a resource', { Resources: { A: { Properties: { x: [{ Ref: 'B' }] } } } }, ['B']],
  ['an attribute', { Resources: { A: { Properties: { x: { 'Fn::GetAtt': ['B', 'Arn'] } } } } }, ['B']],
  // biome-ignore lint/suspicious/noTemplateCurlyInString: CloudFormation's own placeholders
  ['a text', { Resources: { A: { x: { 'Fn::Sub': '${AWS::Region} ${B.Arn} ${!C} ${A}' } } } }, ['B']],
  ['what comes first', { Resources: { A: { DependsOn: ['A', 'B'] } } }, ['B']],
  ['a condition', { Resources: { A: { Condition: 'B', x: { 'Fn::If': ['C', 1, 2] } } } }, ['B', 'C']],
])('a reference to %s that is missing is found', (_what, broken, missing) =>
  expect(danglingIn(broken)).toEqual(missing),
);

it('has nothing to change where its own template is deployed, and would say so if it had', async () => {
  const own = join(FIRST, 'KeyRevoker.template.json');
  expect(await cdk('diff', '--app', FIRST, '--template', own, '--fail')).toContain('There were no differences');
  const { Resources, ...rest } = template();
  const older = join(home, 'older.json');
  const [[id] = ['']] = Object.entries(Resources).filter(([, each]) =>
    (each as { Type: string }).Type.endsWith('::Queue'),
  );
  writeFileSync(older, JSON.stringify({ ...rest, Resources: { ...Resources, [id]: undefined } }));
  await expect(cdk('diff', '--app', FIRST, '--template', older, '--fail')).rejects.toMatchObject({ code: 1 });
});

it('is deployed to whatever AWS_ENDPOINT_URL names, and a second deployment changes nothing', async () => {
  const endpoint = await startEndpoint();
  onTestFinished(() => endpoint.close());
  const { url: AWS_ENDPOINT_URL, stacks, uploads } = endpoint;
  // The command line leaves its archives in the assembly that it deploys.
  const assembly = join(home, 'deployed');
  cpSync(FIRST, assembly, { recursive: true });
  const said = await node(['infra/deploy-to-emulator.ts', '--app', assembly], { AWS_ENDPOINT_URL });
  expect(said).toContain('There were no differences');
  const ran = [...said.matchAll(/^(cdk .*) --app /gm)].map(([, command]) => command);
  expect(ran).toEqual(rowsOf('docs/emulators.md').flatMap(([cell]) => (cell?.startsWith('cdk ') ? [cell] : [])));
  expect(JSON.parse(stacks.templateOf('KeyRevoker'))).toEqual(template());
  expect(uploads.filter((name) => name.endsWith('.zip'))).toHaveLength(2);

  const account = { AWS_REGION: 'eu-central-1', AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' };
  const fresh = { ...account, CDK_HOME: join(home, 'fresh') };
  const again = await node([CDK, 'deploy', '--app', assembly], { AWS_ENDPOINT_URL, ...fresh });
  expect(again).toContain('(no changes)');
  expect([stacks.changesOf('CDKToolkit'), stacks.changesOf('KeyRevoker')]).toEqual([1, 1]);
  expect(uploads.filter((name) => name.endsWith('.zip'))).toHaveLength(2);
});

it.each(['', 'https://sqs.eu-central-1.amazonaws.com', 'https://sqs.eu-central-1.api.aws'])(
  'the script for emulators refuses "%s"',
  async (address) => {
    const refused = node(['infra/deploy-to-emulator.ts'], { AWS_ENDPOINT_URL: address });
    await expect(refused).rejects.toThrow(
      `Cannot use "${address}" as AWS_ENDPOINT_URL: it must be the address of an emulator`,
    );
  },
);
