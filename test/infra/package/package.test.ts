import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core';
import { App, Stack } from 'aws-cdk-lib';
import { publint } from 'publint';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { jsonSchemas } from '../../../functions/core/request/json-schemas.ts';
import * as PROVIDERS from '../../../functions/providers/index.ts';
import { BUNDLE } from '../../../infra/constructs/functions/bundling.ts';
import { KeyRevocation } from '../../../infra/key-revocation.ts';
import { BLOCKS, ROOT, textOf } from '../../pages.ts';
import { type Consumer, startConsumer } from './consumer.ts';

/** What the packages of the CDK need is linked beside them. */
const CDK = ['aws-cdk-lib', 'constructs', '@aws-cdk/asset-awscli-v1', '@aws-cdk/asset-node-proxy-agent-v6'];
const BESIDE = [...CDK, '@aws-cdk/cloud-assembly-schema', 'cdk-nag'];

/** Other processes are waited for, on whatever machine. In milliseconds. */
const LONG = 300_000;
vi.setConfig({ testTimeout: LONG });

/** What the page shows of it. */
const README = BLOCKS.filter(({ section }) => section === 'In a stack of your own');

const inPackage = (path: string): string => join(consumer.folder, 'node_modules', 'key-revoker', path);

const digestOf = (path: string): string => createHash('sha256').update(readFileSync(path)).digest('hex');

/** The digests of what a deployment would upload, by the name that the CDK's own hash gives it. */
const assetsIn = (directory: string): Readonly<Record<string, string>> =>
  Object.fromEntries(
    readdirSync(directory)
      .filter((name) => name.startsWith('asset.'))
      .map((name) => [name, digestOf(join(directory, name, BUNDLE))]),
  );

/** What CDK bundles from the sources. */
const assetsHere = (): Readonly<Record<string, string>> => {
  const app = new App();
  new KeyRevocation(new Stack(app, 'S'), 'R');
  return assetsIn(app.synth().directory);
};

let here: Readonly<Record<string, string>>;
let consumer: Consumer;
beforeAll(async () => {
  here = assetsHere();
  consumer = await startConsumer(BESIDE);
  writeFileSync(join(consumer.folder, 'revocations.ts'), README.find(({ language }) => language === 'ts')?.text ?? '');
}, LONG);
afterAll(() => consumer.remove());

describe('the package', () => {
  it('holds what is used from it, and no source, test or local run', () => {
    const top = readdirSync(inPackage('.'));
    const papers = ['CHANGELOG.md', 'LICENSE', 'README.md', 'SECURITY.md', 'docs', 'events'];
    expect(top.toSorted()).toEqual([...papers, 'dist', 'package.json'].toSorted());
    const files = readdirSync(inPackage('dist'), { recursive: true, encoding: 'utf8' });
    expect(files.filter((name) => /\.ts$/.test(name) && !name.endsWith('.d.ts'))).toEqual([]);
  });

  it('has every file that its package.json names', () => {
    const { main, types, exports, bin } = JSON.parse(textOf('package.json'));
    const named: string[] = [main, types, ...Object.values(exports['.']), ...Object.values(bin)];
    expect(named).toHaveLength(5);
    expect(named.filter((path) => !existsSync(inPackage(path)))).toEqual([]);
  });

  it('brings no other package along, and needs the CDK from the app', () => {
    const { dependencies, optionalDependencies, bundleDependencies, peerDependencies } = JSON.parse(
      readFileSync(inPackage('package.json'), 'utf8'),
    );
    expect([dependencies, optionalDependencies, bundleDependencies]).toEqual([undefined, undefined, undefined]);
    expect(Object.keys(peerDependencies)).toEqual(['aws-cdk-lib', 'constructs']);
  });

  it('has nothing to correct before it is published, by publint', async () => {
    const { buffer: tarball } = Uint8Array.from(consumer.tarball);
    expect((await publint({ pack: { tarball } })).messages).toEqual([]);
  });

  it('has types that are right for each way to import it, by attw', async () => {
    const result = await checkPackage(createPackageFromTarballData(consumer.tarball));
    expect(result.types && Object.keys(result.entrypoints)).toContain('.');
    expect(result.types && result.problems).toEqual([]);
  });

  it('is not published from its folder by accident; a rehearsal is', () => {
    const [program = '', file = ''] = JSON.parse(textOf('package.json')).scripts.prepublishOnly.split(' ');
    expect(program).toBe('node');
    const statusOf = (env: Readonly<Record<string, string>>) =>
      spawnSync(process.execPath, [join(ROOT, file)], { env }).status;
    expect(statusOf({})).toBe(1);
    expect(statusOf({ npm_config_dry_run: 'true' })).toBe(0);
  });

  it('is the file that the page installs', () => {
    const { name, version, peerDependencies } = JSON.parse(textOf('package.json'));
    expect(README.map(({ text }) => text).join('')).toContain(`npm install ./${name}-${version}.tgz\n`);
    const [, cdk, constructs] = /from (\S+) and `constructs` from (\S+) on/.exec(textOf('docs/deploying.md')) ?? [];
    expect([`^${cdk}.0`, `^${constructs}.0`]).toEqual(Object.values(peerDependencies));
  });

  it('holds the schemas of all that is written or read as JSON', () =>
    expect(
      Object.fromEntries(
        Object.keys(jsonSchemas(PROVIDERS)).map((file) => [
          file,
          JSON.parse(readFileSync(inPackage(`dist/schemas/${file}`), 'utf8')),
        ]),
      ),
    ).toEqual(jsonSchemas(PROVIDERS)));

  it('hands on the licences of all that was bundled', () => {
    const licenses = readFileSync(inPackage('dist/LICENSES.txt'), 'utf8');
    for (const name of ['@aws-sdk/client-sqs', '@middy/core', '@smithy/core', 'commander', 'zod']) {
      expect(licenses).toMatch(new RegExp(`^${name} \\d+\\.\\d+\\.\\d+, `, 'm'));
    }
    expect(licenses.match(/Apache License\s+Version 2\.0/)).not.toBeNull();
  });
});

describe("a consumer's app", () => {
  it('type-checks', async () => {
    const tsc = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc');
    expect(await consumer.node(tsc, '--project', consumer.folder)).toBe('');
  });

  it('finds no esbuild', () =>
    expect(consumer.node('--eval', "require('aws-cdk-lib'); require('esbuild')")).rejects.toThrow(
      "Cannot find module 'esbuild'",
    ));

  it('gets one construct, whether it imports or requires it', async () => {
    const same = "require('key-revoker').KeyRevocation === (await import('key-revoker')).KeyRevocation";
    expect(await consumer.node('--eval', `(async () => console.log(${same}))()`)).toBe('true\n');
  });

  it('finds the schemas by the name that the page gives', async () => {
    const [name = ''] = /key-revoker\/schemas\/[\w.]+/.exec(textOf('docs/deploying.md')) ?? [];
    const title = JSON.parse(await consumer.node('--print', `JSON.stringify(require('${name}').title)`));
    expect(title).toBe(jsonSchemas(PROVIDERS)['request.schema.json']?.['title']);
  });

  it('is synthesized with two instances, with feature flags either way, and with what was made elsewhere', async () => {
    await consumer.node('app.ts');
    expect(Object.keys(here)).toHaveLength(2);
    for (const name of ['flags-on', 'flags-off', 'imported', 'readme']) {
      expect(assetsIn(join(consumer.folder, 'out', name))).toEqual(here);
    }
  });

  it('passes a cdk-nag run of its own', async () => {
    expect(await consumer.node('with-nag.cjs')).toContain('cdk-nag finds');
  });
});

/** A file with all that it imports before it runs. */
const startOf = (file: string, known = new Set<string>()): readonly string[] => {
  if (known.has(file)) return [];
  known.add(file);
  const imported = readFileSync(file, 'utf8').matchAll(/(?:from|^import|;import)\s*"(\.\/[^"]+\.mjs)"/g);
  for (const [, name = ''] of imported) startOf(join(file, '..', name), known);
  return [...known];
};

describe('the command line of the package', () => {
  const program = 'dist/operator/key-revoker.mjs';

  it('runs', async () => {
    expect(await consumer.node(inPackage(program), '--help')).toMatch(/^Usage: key-revoker /);
    expect(await consumer.node(inPackage(program), '--version')).toBe(
      `${JSON.parse(textOf('package.json')).version}\n`,
    );
  });

  it('reads neither the clients of AWS, nor the providers, nor schemas for its help', () => {
    const bytes = startOf(inPackage('dist/operator/main.mjs')).map((file) => readFileSync(file, 'utf8'));
    expect(bytes.length).toBeGreaterThan(1);
    expect(bytes.join('').length).toBeLessThan(100_000);
  });

  it('completes commands and options for a shell', async () => {
    const completed = async (...words: readonly string[]) =>
      (await consumer.node(inPackage(program), 'complete', '--', ...words))
        .split('\n')
        .map((line) => line.split('\t')[0]);
    expect(await completed('stuck', 'f')).toEqual(['forget', ':4', '']);
    expect(await completed('kill', '--lea')).toEqual(['--leaked', ':4', '']);
    expect(await completed('status', '--output', '')).toEqual(['table', 'json', 'csv', ':4', '']);
    expect(await completed('incident', '--provider', 'k')).toEqual(['kalshi', ':4', '']);
  });

  it.each(['bash', 'zsh', 'fish'])('prints the script for %s', async (shell) => {
    const script = await consumer.node(inPackage(program), 'completion', shell);
    expect(script).toContain('key-revoker complete --');
  });

  it('does nothing on a Node that would stop it half way', async () => {
    const old = "Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '20.20.2' } })";
    const flags = ['--import', `data:text/javascript,${encodeURIComponent(old)}`];
    await expect(consumer.node(...flags, inPackage(program), '--help')).rejects.toThrow(
      /^Cannot run on Node 20\.20\.2: use Node 22\.18 or later, except 23\.0 to 23\.5\n$/,
    );
  });
});
