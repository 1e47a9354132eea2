import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

/** The environment of a user with a configuration file. */
export const configured = (text: string | object): Readonly<Record<string, string>> => {
  const home = mkdtempSync(join(tmpdir(), 'configured-'));
  onTestFinished(() => rmSync(home, { recursive: true }));
  mkdirSync(join(home, 'key-revoker'));
  writeFileSync(join(home, 'key-revoker', 'config.json'), typeof text === 'string' ? text : JSON.stringify(text));
  return { XDG_CONFIG_HOME: home };
};
