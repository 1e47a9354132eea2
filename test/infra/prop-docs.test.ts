import { Duration } from 'aws-cdk-lib';
import { describe, expect, it } from 'vitest';
import type { KeyRevocationProps } from '../../infra/key-revocation-props.ts';
import { settled } from '../../infra/settled-props.ts';
import { textOf } from '../pages.ts';

/** What an editor shows of each prop: its doc comment, by its name. */
const DOCS = new Map(
  [
    ...textOf('infra/key-revocation-props.ts').matchAll(
      /\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\s*readonly (\w+)(\??): ([^;]+);/g,
    ),
  ].map(
    ([, doc = '', name = '', optional = '', type = '']) =>
      [name, { doc: doc.replaceAll(/\s*\n\s*\* ?/g, ' ').trim(), isOptional: optional === '?', type }] as const,
  ),
);

describe('what an editor shows of a prop', () => {
  it('is there for each', () => {
    const named = textOf('infra/key-revocation-props.ts').matchAll(/^ {2}readonly (\w+)/gm);
    expect([...DOCS.keys()]).toEqual([...named].map(([, name]) => name));
  });

  it.each([...DOCS].filter(([, { isOptional }]) => isOptional))('%s says what it is without it', (_name, { doc }) =>
    expect(doc).toMatch(/@default \S/),
  );

  it.each([...DOCS].filter(([, { type }]) => ['number', 'Duration'].includes(type)))(
    '%s says its range',
    (_name, { doc }) => expect(doc).toMatch(/Valid range: .+ to .+\./),
  );

  it.each<[string, KeyRevocationProps]>([
    ['urgent', { limits: { urgent: 0 } }],
    ['other', { limits: { other: 0 } }],
    ['giveUpAfter', { giveUpAfter: Duration.minutes(1) }],
    ['batchSize', { batchSize: 0 }],
    ['maxConcurrency', { maxConcurrency: 0 }],
    ['timeToRevokeObjective', { timeToRevokeObjective: Duration.millis(1) }],
  ])('%s says the range that it is held to', (name, props) => {
    const [, stated = ''] = /Valid range: (\S+(?: \w+)? to [\d,]+(?: \w+)?)/.exec(DOCS.get(name)?.doc ?? '') ?? [];
    expect(stated).not.toBe('');
    const range = stated.replaceAll(',', '');
    expect(() => settled(props)).toThrow(new RegExp(`must be (a whole number from )?${range}$`));
  });
});
