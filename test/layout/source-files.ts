import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';

const ROOT = join(import.meta.dirname, '../..');

export interface Import {
  /** A file of ours by its path from the root, anything else by its name. */
  readonly of: string;
  /** Gone when the code runs. */
  readonly isType: boolean;
}

/** What the rules of the layout need to know of a file. */
export interface SourceFile {
  /** From the root, with slashes. */
  readonly path: string;
  readonly imports: readonly Import[];
  /** The names that are declared here; what is passed on from another file has its home there. */
  readonly exports: readonly string[];
}

/** TypeScript files of a folder and of all folders in it, by their paths from the root. */
export const filesUnder = (folder: string): readonly string[] =>
  readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(c|m)?ts$/.test(entry.name))
    .map((entry) => posix.join(folder, entry.parentPath.slice(join(ROOT, folder).length), entry.name));

export const textOf = (file: string): string => readFileSync(join(ROOT, file), 'utf8');

/** `import … from`, `export … from`, `import '…'`, `import('…')`; the formatter begins each of the first three on a line of its own. */
const IMPORT =
  /^(?<static>import|export)(?<type> type)?\b[^;'=]*?\bfrom '(?<from>[^']+)'|^import '(?<bare>[^']+)'|\bimport\('(?<dynamic>[^']+)'\)/gm;
/** `export { name }` passes on what another file declares. */
const DECLARED = /^export (?:abstract |async |declare )*(?:class|const|function\*?|interface|let|type) (?<name>\w+)/gm;
const importsIn = (path: string, text: string): readonly Import[] =>
  [...text.matchAll(IMPORT)].map(({ groups: { type, from, bare, dynamic } = {} }) => {
    const name = from ?? bare ?? dynamic ?? '';
    return { of: name.startsWith('.') ? posix.join(dirname(path), name) : name, isType: type !== undefined };
  });

/** Reads what a formatted file imports and exports. */
export const sourceFile = (path: string, text: string): SourceFile => ({
  path,
  imports: importsIn(path, text),
  exports: [...text.matchAll(DECLARED)].map(({ groups }) => groups?.['name'] ?? ''),
});

/** Every file of the product, and of the crash runs, which are as large as a product. */
export const SOURCES: readonly SourceFile[] = [
  ...filesUnder('functions'),
  ...filesUnder('infra'),
  ...filesUnder('test/crashes').filter((file) => !file.endsWith('.test.ts')),
].map((path) => sourceFile(path, textOf(path)));

/** Every file of the tests, and of what they need. */
export const TESTS: readonly SourceFile[] = filesUnder('test').map((path) => sourceFile(path, textOf(path)));
