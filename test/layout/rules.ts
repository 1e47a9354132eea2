import type { SourceFile } from './source-files.ts';

/** A folder's own folders, and for each the others that it may import; `.` is the folder itself. */
export type Folders = Readonly<Record<string, readonly string[]>>;

/** Folders of which each may import from those above it. */
export const inOrder = (...folders: readonly string[]): Folders =>
  Object.fromEntries(folders.map((folder, index) => [folder, folders.slice(0, index)]));

const folderOf = (path: string, parent: string): string =>
  path.includes('/', parent.length + 1)
    ? path
        .slice(parent.length + 1)
        .split('/', 1)
        .join()
    : '.';

/** What in a folder goes against its table, in words. Imports of types count; those from elsewhere are another table's. */
export const againstTable = (parent: string, folders: Folders, files: readonly SourceFile[]): readonly string[] => {
  const isInside = (path: string): boolean => path.startsWith(`${parent}/`);
  return files
    .filter(({ path }) => isInside(path))
    .flatMap(({ path, imports }) => {
      const folder = folderOf(path, parent);
      const may = folders[folder];
      if (may === undefined) return [`${path} is in no folder of the table`];
      return imports
        .filter(({ of }) => isInside(of) && ![folder, ...may].includes(folderOf(of, parent)))
        .map(({ of }) => `${path} imports ${of}`);
    });
};

/** Which files each file imports. */
export type Graph = ReadonlyMap<string, readonly string[]>;

const graphOf = (files: readonly SourceFile[], isMeant: (isType: boolean) => boolean): Graph =>
  new Map(files.map(({ path, imports }) => [path, imports.filter((one) => isMeant(one.isType)).map(({ of }) => of)]));

/** Every import, of types too. */
export const allImports = (files: readonly SourceFile[]): Graph => graphOf(files, () => true);
/** The imports that are there when the code runs. */
export const runtimeImports = (files: readonly SourceFile[]): Graph => graphOf(files, (isType) => !isType);

interface Levels {
  /** First the files that import none of the others; then those that import none but these; and so on. */
  readonly levels: readonly (readonly string[])[];
  /** Files of a cycle, and those that import one. */
  readonly rest: readonly string[];
}

const levelsIn = (graph: Graph): Levels => {
  const levels: string[][] = [];
  const rest = new Set(graph.keys());
  for (;;) {
    const free = [...rest].filter((path) => !graph.get(path)?.some((other) => rest.has(other)));
    if (free.length === 0) return { levels, rest: [...rest] };
    levels.push(free);
    for (const path of free) rest.delete(path);
  }
};

const reversed = (graph: Graph, paths: readonly string[]): Graph =>
  new Map(paths.map((path) => [path, paths.filter((other) => graph.get(other)?.includes(path))]));

/** Files that import one another in a circle, and those between two circles. */
export const inCycles = (graph: Graph): readonly string[] => levelsIn(reversed(graph, levelsIn(graph).rest)).rest;

/** The longest row of files of which each imports the next; what a cycle touches is left out. */
export const longestChain = (graph: Graph): readonly string[] => {
  const chain: string[] = [];
  for (const level of levelsIn(graph).levels.toReversed()) {
    const last = chain.at(-1);
    const next = level.find((path) => last === undefined || graph.get(last)?.includes(path));
    if (next !== undefined) chain.push(next);
  }
  return chain;
};

/** Folders with more than so many files directly in them. */
export const crowdedFolders = (paths: readonly string[], most: number): readonly string[] =>
  [...Map.groupBy(paths, (path) => path.slice(0, path.lastIndexOf('/')))]
    .filter(([, files]) => files.length > most)
    .map(([folder, files]) => `${folder} has ${files.length} files`);

const PROVIDER = /^functions\/providers\/[^/]+\//;

/** Homes of one name that compete. A name may have one home in each provider's folder: no file imports it from two of them. */
const competing = (paths: readonly string[], providers: readonly string[]): readonly string[] => {
  const homes = [...new Set(paths)];
  const inside = (folder: string): readonly string[] => homes.filter((path) => path.startsWith(folder));
  const elsewhere = homes.filter((path) => !PROVIDER.test(path));
  const views = providers.length > 0 ? providers.map((folder) => [...elsewhere, ...inside(folder)]) : [homes];
  return views.find((view) => view.length > 1) ?? [];
};

/** Names that two files export, with these files. */
export const exportedTwice = (files: readonly SourceFile[], excepted: readonly string[] = []): readonly string[] => {
  const providers = [...new Set(files.flatMap(({ path }) => path.match(PROVIDER)?.[0] ?? []))];
  const exported = files.flatMap(({ path, exports }) => exports.map((name) => ({ name, path })));
  return [...Map.groupBy(exported, ({ name }) => name)]
    .map(([name, all]) => ({
      name,
      homes: competing(
        all.map(({ path }) => path),
        providers,
      ),
    }))
    .filter(({ name, homes }) => homes.length > 0 && !excepted.includes(name))
    .map(({ name, homes }) => `${name}: ${homes.join(', ')}`)
    .toSorted();
};
