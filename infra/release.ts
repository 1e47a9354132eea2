import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { App } from 'aws-cdk-lib';
import { ArnPrincipal } from 'aws-cdk-lib/aws-iam';
import { zipSync } from 'fflate';
import cdk from '../cdk.json' with { type: 'json' };
import { ROOT } from './constructs/functions/bundling.ts';
import { KeyRevokerStack, publishTo } from './key-revoker-stack.ts';
import { plainTemplate, standsFor } from './packaging/plain-template.ts';

const OUT = join(ROOT, 'dist', 'release');

export const TEMPLATE = 'key-revoker.template.json';

/** What a zip file says of the time of each file in it, so that the same code has the same bytes. Zip knows no earlier one. */
const NEVER = new Date(1980, 0, 1);

/** A file of a zip that everybody may read, as Lambda needs it. */
const READABLE = { mtime: NEVER, os: 3, attrs: 0o644 << 16 };

/** Stand where the parameters' lists go. The account is nobody's. */
const STANDS = {
  Senders: 'arn:aws:iam::000000000000:role/senders',
  AlarmTopics: 'arn:aws:sns:us-east-1:000000000000:alarms',
  UrgentAlarmTopics: 'arn:aws:sns:us-east-1:000000000000:urgent-alarms',
};

/** The files of a folder as a zip file, with names relative to the folder. */
const zipped = (folder: string): Uint8Array => {
  const names = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name))
    .toSorted();
  return zipSync(
    Object.fromEntries(names.map((path) => [path.slice(folder.length + 1), [readFileSync(path), READABLE]])),
    { mtime: NEVER },
  );
};

/**
 * Writes the template that needs no CDK, and a zip file for each function's code, named by the digest of what is in it.
 *
 * @param prefix of the secret names: it is a part of many names, and so no parameter
 */
export const writeTemplate = (folder: string, prefix?: string): void => {
  const outdir = mkdtempSync(join(tmpdir(), 'assembly-'));
  try {
    const app = new App({ context: cdk.context, outdir, analyticsReporting: false });
    const revocation = {
      ...({ mode: 'enforce', ...(prefix !== undefined && { prefix }) } as const),
      alarmActions: [publishTo(STANDS.AlarmTopics)],
      urgentAlarmActions: [publishTo(STANDS.UrgentAlarmTopics)],
    };
    const stack = new KeyRevokerStack(app, 'KeyRevoker', { revocation });
    stack.revocation.grantRequest(new ArnPrincipal(STANDS.Senders));
    const { template } = app.synth().getStackByName(stack.stackName);
    const plain = plainTemplate(template, standsFor(STANDS));
    writeFileSync(join(folder, TEMPLATE), `${JSON.stringify(plain, null, 1)}\n`);
    for (const asset of readdirSync(outdir).filter((name) => name.startsWith('asset.')))
      writeFileSync(join(folder, `${asset.slice('asset.'.length)}.zip`), zipped(join(outdir, asset)));
  } finally {
    rmSync(outdir, { recursive: true });
  }
};

const run = (command: string, words: readonly string[], cwd: string): void => {
  const { status } = spawnSync(command, words, { cwd, stdio: ['ignore', 'ignore', 'inherit'] });
  if (status !== 0) throw new Error(`Cannot release: ${command} ${words.join(' ')} ended with status ${status}`);
};

const tarballIn = (folder: string): string => {
  const name = readdirSync(folder).find((each) => each.endsWith('.tgz'));
  if (name === undefined) throw new Error('Cannot release: npm pack made no file');
  return join(folder, name);
};

/** Names the repository in a package: none is invented where none is given. */
const nameRepository = (folder: string, url: string): void => {
  const path = join(folder, 'package.json');
  const web = url.replace(/^git\+/, '').replace(/\.git$/, '');
  const manifest = {
    ...JSON.parse(readFileSync(path, 'utf8')),
    repository: { type: 'git', url },
    homepage: `${web}#readme`,
    bugs: `${web}/issues`,
  };
  writeFileSync(path, `${JSON.stringify(manifest, null, 2)}\n`);
  const security = join(folder, 'SECURITY.md');
  const text = readFileSync(security, 'utf8');
  const named = text.replace('the security advisories of this repository', `the security advisories of ${web}`);
  if (named === text) throw new Error('Cannot release: SECURITY.md does not say where to report a problem');
  writeFileSync(security, named);
};

/** Packs this repository, and puts the package and its bill of materials into the folder. */
const writePackage = (folder: string, repository: string | undefined): void => {
  const home = mkdtempSync(join(tmpdir(), 'package-'));
  try {
    run('npm', ['pack', '--silent', '--pack-destination', home], ROOT);
    run('tar', ['-xzf', tarballIn(home)], home);
    const unpacked = join(home, 'package');
    if (repository !== undefined) {
      nameRepository(unpacked, repository);
      rmSync(tarballIn(home));
      run('npm', ['pack', '--silent', '--ignore-scripts', '--pack-destination', home], unpacked);
    }
    // Packing has emptied the folder of what is built, this one with it.
    mkdirSync(folder, { recursive: true });
    const tarball = tarballIn(home);
    cpSync(tarball, join(folder, tarball.slice(home.length + 1)));
    cpSync(join(unpacked, 'dist', 'sbom.cdx.json'), join(folder, 'sbom.cdx.json'));
  } finally {
    rmSync(home, { recursive: true });
  }
};

/** As `sha256sum --check` reads it. */
const writeSums = (folder: string): void => {
  const lines = readdirSync(folder)
    .toSorted()
    .map(
      (name) =>
        `${createHash('sha256')
          .update(readFileSync(join(folder, name)))
          .digest('hex')}  ${name}`,
    );
  writeFileSync(join(folder, 'SHA256SUMS'), `${lines.join('\n')}\n`);
};

if (import.meta.main) {
  const { values } = parseArgs({ options: { repository: { type: 'string' }, prefix: { type: 'string' } } });
  rmSync(OUT, { recursive: true, force: true });
  writePackage(OUT, values.repository);
  writeTemplate(OUT, values.prefix);
  writeSums(OUT);
  console.log(`Written to dist/release:\n${readFileSync(join(OUT, 'SHA256SUMS'), 'utf8').trimEnd()}`);
}
