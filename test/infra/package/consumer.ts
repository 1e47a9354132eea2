import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { ROOT } from '../../pages.ts';

const execute = promisify(execFile);

const MODULES = join(ROOT, 'node_modules');

/** All that the package is made from: not the tests, and not the local run. */
const SOURCES = /^(package\.json|tsconfig\.json|cdk\.json|\.npmrc|LICENSE|[A-Z]+\.md|docs|events|functions|infra)$/;

const copyOfRepository = (to: string): void => {
  const filter = (path: string): boolean => path !== join(ROOT, 'infra', 'local');
  for (const name of readdirSync(ROOT).filter((entry) => SOURCES.test(entry))) {
    cpSync(join(ROOT, name), join(to, name), { recursive: true, filter });
  }
  symlinkSync(MODULES, join(to, 'node_modules'));
};

/** How a command line ended. */
export interface Ended {
  readonly status: number;
  readonly out: string;
  readonly told: string;
}

/** The CDK app of a user of the package, in a folder outside of this repository. */
export interface Consumer {
  readonly folder: string;
  /** What `npm pack` made. */
  readonly tarball: Buffer;
  /**
   * Runs Node in it, as if the linked packages were installed there.
   *
   * @returns what it printed, both streams
   */
  node(...words: readonly string[]): Promise<string>;
  /** Runs the packed command line. */
  commandLine(
    words: readonly string[],
    given: { readonly environment: Readonly<Record<string, string>>; readonly input: string },
  ): Promise<Ended>;
  remove(): void;
}

/**
 * Packs a copy of this repository with `npm pack`, without a network, and unpacks it into an app.
 *
 * @param beside the packages that the app has besides, linked
 */
export const startConsumer = async (beside: readonly string[]): Promise<Consumer> => {
  const home = mkdtempSync(join(tmpdir(), 'consumer-'));
  const [repository, folder] = [join(home, 'repository'), join(home, 'app')];
  copyOfRepository(repository);
  await execute('npm', ['pack', '--offline', '--no-update-notifier', '--pack-destination', home], { cwd: repository });
  const packed = join(home, readdirSync(home).find((name) => name.endsWith('.tgz')) ?? '');
  await execute('tar', ['-xzf', packed, '-C', home]);
  rmSync(repository, { recursive: true });
  cpSync(join(import.meta.dirname, '..', 'consumer'), folder, { recursive: true });
  mkdirSync(join(folder, 'node_modules'), { recursive: true });
  for (const name of beside) {
    mkdirSync(dirname(join(folder, 'node_modules', name)), { recursive: true });
    symlinkSync(join(MODULES, name), join(folder, 'node_modules', name));
  }
  renameSync(join(home, 'package'), join(folder, 'node_modules', 'key-revoker'));
  const nowhere = join(home, 'nowhere');
  mkdirSync(nowhere);
  return {
    folder,
    tarball: readFileSync(packed),
    async node(...words) {
      // Neither esbuild nor Docker is on this path; and a link is where it lies, so that nothing beside its origin is found.
      const options = { cwd: folder, env: { PATH: nowhere, HOME: nowhere } };
      const flags = ['--preserve-symlinks', '--preserve-symlinks-main'];
      const { stdout, stderr } = await execute(process.execPath, [...flags, ...words], options).catch((error) => {
        throw new Error(`${error.stdout}${error.stderr}`, { cause: error });
      });
      return stdout + stderr;
    },
    async commandLine(words, { environment, input }) {
      const program = join(folder, 'node_modules', 'key-revoker', 'dist', 'operator', 'key-revoker.mjs');
      const env = { PATH: nowhere, HOME: nowhere, ...environment };
      const child = spawn(process.execPath, [program, ...words], { cwd: folder, env });
      child.stdin.end(input);
      const closed = once(child, 'close');
      const [out, told] = await Promise.all([text(child.stdout), text(child.stderr)]);
      const [status] = await closed;
      return { status, out, told };
    },
    remove: () => rmSync(home, { recursive: true }),
  };
};
