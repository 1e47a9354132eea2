import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '../..');
const textOf = (file: string): string => readFileSync(join(ROOT, file), 'utf8');

/** What the script says on a version of Node, and the status that it exits with. */
const on = (node: string) => {
  const said: string[] = [];
  const statuses: number[] = [];
  const process = { versions: { node }, exit: (code: number) => void statuses.push(code) };
  new Function('process', 'console', textOf('infra/need-node.cjs'))(process, {
    error: (line: string) => void said.push(line),
  });
  return { status: statuses[0] ?? 0, said };
};

it.each(['18.20.8', '20.20.2', '22.17.1', '23.0.0', '23.5.0'])('refuses Node %s, which cannot run types', (node) =>
  expect(on(node)).toEqual({
    status: 1,
    said: [`Cannot run on Node ${node}: use Node 22.18 or later, except 23.0 to 23.5`],
  }),
);

it.each(['22.18.0', '22.20.0', '23.6.0', '24.0.0', '26.1.0'])('takes Node %s', (node) =>
  expect(on(node)).toEqual({ status: 0, said: [] }),
);

it('is what the package says', () => {
  const { engines } = JSON.parse(textOf('package.json'));
  expect(engines).toEqual({ node: '>=22.18 <23 || >=23.6' });
  expect(JSON.parse(textOf('package-lock.json')).packages[''].engines).toEqual(engines);
});

it('is asked before the app, whose first type an older Node would stumble over', () =>
  expect(JSON.parse(textOf('cdk.json')).app).toContain('node --require ./infra/need-node.cjs infra/app.ts'));
