import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { join } from 'node:path';
import { argv, exit, stderr } from 'node:process';

/**
 * Makes the fixtures of a release with the code that is checked out: `node test/released/make-fixtures.ts 0.2.0`. With a folder and
 * parts of names behind it, only the states with such a name are made, into that folder. No item is written by
 * hand: the functions run, a crash at a chosen exchange ends them, and the script dumps the table and the queues. Those of 0.1.0 were
 * made at commit 16b13fc. `expected.json` beside the fixtures says how each may end; a release without one gets a copy of the one before.
 */
const BIOME = join(import.meta.dirname, '../../node_modules/.bin/biome');

const [, , release = '', into = import.meta.dirname, ...parts] = argv;

// The sandboxes are asked by a call instead of a request: the clock is simulated, and no socket would wait for it.
registerHooks({
  resolve: (specifier, context, next) =>
    specifier === '../serve-provider.ts'
      ? next('./serve-in-process.ts', { ...context, parentURL: new URL('../faults/simulated/', import.meta.url).href })
      : next(specifier, context),
});

const fileNameOf = (state: string): string => `${state.replaceAll(/[^A-Za-z0-9]+/g, '-')}.json`;

const make = async (): Promise<void> => {
  if (!/^\d+\.\d+\.\d+$/.test(release)) throw new Error('Cannot make fixtures, wanted the release as in 0.2.0');
  const { STATES } = await import('./states/index.ts');
  const { RELEASES } = await import('./read-release.ts');
  const { made } = await import('./states/make.ts');
  const folder = join(into, release, 'states');
  const states = STATES.filter(({ name }) => parts.length === 0 || parts.some((part) => name.includes(part)));
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const state of states) {
    const cases: Record<string, unknown> = {};
    for (const way of state.ways) cases[way.name] = await made(state, way);
    writeFileSync(join(folder, fileNameOf(state.name)), JSON.stringify({ state: state.name, cases }));
  }
  const expected = join(into, release, 'expected.json');
  const before = RELEASES.filter((name) => name !== release).at(-1);
  if (!existsSync(expected) && before) copyFileSync(join(import.meta.dirname, before, 'expected.json'), expected);
  // Biome formats what lies in the repository.
  if (into === import.meta.dirname) execFileSync(BIOME, ['format', '--write', folder], { stdio: 'ignore' });
  stderr.write(`${states.length} states in ${folder}\n`);
};

await make();
// Processes that were ended on the way have timers left.
exit();
