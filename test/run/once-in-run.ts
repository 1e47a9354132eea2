import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inject } from 'vitest';

/**
 * What takes seconds to make, and is the same for all files of a run: one of them makes it.
 *
 * @param name of the file that it is kept in, for as long as the run lasts
 */
export const onceInRun = async <T>(name: string, make: () => Promise<T>): Promise<T> => {
  const path = join(inject('runFolder'), name);
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    const made = await make();
    // Another file may do so at the same time: a name is there with the whole text behind it, or not at all.
    writeFileSync(`${path}.${process.pid}`, JSON.stringify(made));
    renameSync(`${path}.${process.pid}`, path);
    return made;
  }
};
