import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundle } from '../../weigh.ts';
import type { DeployedFunction } from '../deploy/read-function.ts';

export interface Bundled {
  /** The same functions, each with the file that a deployment would upload. */
  readonly functions: readonly DeployedFunction[];
  close(): Promise<void>;
}

/** Bundles functions as they are deployed, so that each process starts in a third of the time, and all run the same code. */
export const bundleHandlers = async (functions: readonly DeployedFunction[]): Promise<Bundled> => {
  const folder = mkdtempSync(join(tmpdir(), 'crash-runs-'));
  const bundled = functions.map(async (each) => {
    const { outputFiles } = await bundle(each.handlerModule);
    const handlerModule = join(folder, `${each.logicalId}.cjs`);
    for (const { contents } of outputFiles) writeFileSync(handlerModule, contents);
    return { ...each, handlerModule };
  });
  return { functions: await Promise.all(bundled), close: async () => rmSync(folder, { recursive: true }) };
};
