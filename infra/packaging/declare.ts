import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PEERS } from './bundle-construct.ts';

const CONFIG = join(import.meta.dirname, 'tsconfig.json');
const ENTRY = 'infra/index.d.ts';

/**
 * Writes the construct's declarations, and only the declarations that they refer to.
 *
 * @param dist the folder that they are written into
 * @returns the path of the first one, from that folder
 * @throws Error when one of them needs a package that a consumer does not have
 */
export const declare = (dist: string): string => {
  const emitted = mkdtempSync(join(tmpdir(), 'declarations-'));
  try {
    const tsc = join(dirname(fileURLToPath(import.meta.resolve('typescript/package.json'))), 'bin', 'tsc');
    execFileSync(process.execPath, [tsc, '--project', CONFIG, '--outDir', emitted], { stdio: 'inherit' });
    for (const [path, text] of reachable(emitted, ENTRY)) write(join(dist, path), text);
  } finally {
    rmSync(emitted, { recursive: true });
  }
  return ENTRY;
};

/** The name that is imported, from within a type as well. */
const IMPORTED = /(?<=\bfrom '|\bimport\(')[^']+/g;

const reachable = (folder: string, entry: string): ReadonlyMap<string, string> => {
  const found = new Map<string, string>();
  const waiting = [entry];
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    if (found.has(path)) continue;
    const text = readFileSync(join(folder, path), 'utf8').replaceAll(IMPORTED, (name) => name.replace(/\.ts$/, '.js'));
    found.set(path, text);
    for (const [name] of text.matchAll(IMPORTED)) {
      if (name.startsWith('.')) waiting.push(relative('.', join(dirname(path), name.replace(/\.js$/, '.d.ts'))));
      else if (!PEERS.includes(name.split('/')[0] ?? ''))
        throw new Error(`Cannot declare ${path}, which needs ${name}`);
    }
  }
  return found;
};

const write = (path: string, text: string): void => {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
};
