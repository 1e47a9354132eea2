import { expect, it } from 'vitest';
import { generated } from '../../infra/packaging/generated.ts';
import { textOf } from '../pages.ts';

const FILES = Object.entries(generated(textOf));

it.each(FILES)('%s says what the providers say; where it does not, run npm run generate', (file, text) =>
  expect(textOf(file)).toBe(text),
);

it('refuses a place that it has nothing for', () =>
  expect(() => generated(() => '<!-- generated: nothing -->\n\n<!-- end -->')).toThrow(
    /^Cannot generate "nothing", wanted one of operations, /,
  ));

it('fills each place once', () => {
  const places = FILES.flatMap(([, text]) => [...text.matchAll(/<!-- generated: (\w+) -->/g)].map(([, name]) => name));
  expect(places.toSorted()).toEqual(['documentation', 'environments', 'operations', 'signers', 'unconfirmed']);
});
