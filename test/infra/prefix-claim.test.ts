import { App, Stack, Stage } from 'aws-cdk-lib';
import { describe, expect, it } from 'vitest';
import { claimName } from '../../infra/constructs/store/prefix-claim.ts';
import { KeyRevocation } from '../../infra/key-revocation.ts';
import type { Template } from '../../infra/synthesize.ts';

const newApp = (): App => new App({ context: { 'aws:cdk:bundling-stacks': [] } });

describe('two instances of one app', () => {
  it.each([
    ['the same prefix', 'team/', 'team/'],
    ['a prefix inside the other', 'team/', 'team/desk/'],
    ['a prefix around the other', 'team/desk/', 'team/'],
  ])('cannot have %s', (_what, first, second) => {
    const app = newApp();
    new KeyRevocation(new Stack(app, 'A'), 'R', { prefix: first });
    expect(() => new KeyRevocation(new Stack(app, 'B'), 'R', { prefix: second })).toThrow(
      `Cannot use prefix "${second}" of B/R beside "${first}" of A/R: neither prefix may begin with the other`,
    );
  });

  it('can have one prefix in two regions', () => {
    const app = newApp();
    const inRegion = (region: string) => new Stack(app, region, { env: { account: '111122223333', region } });
    new KeyRevocation(inRegion('eu-central-1'), 'R');
    expect(() => new KeyRevocation(inRegion('eu-west-1'), 'R')).not.toThrow();
  });

  const inStages = (props: object): App => {
    const app = newApp();
    for (const id of ['Beta', 'Prod']) new KeyRevocation(new Stack(new Stage(app, id, props), 'S'), 'R');
    return app;
  };

  it('can have one prefix in two stages that do not say where they are deployed', () =>
    expect(() => inStages({})).not.toThrow());

  it('cannot have one prefix in two stages that are deployed to one place', () =>
    expect(() => inStages({ env: { account: '111122223333', region: 'eu-central-1' } })).toThrow(
      'Cannot use prefix "key-revoker/" of Prod/S/R beside "key-revoker/" of Beta/S/R',
    ));

  it('share a stack without meeting each other', () => {
    const app = newApp();
    const stack = new Stack(app, 'S');
    for (const id of ['One', 'Two']) new KeyRevocation(stack, id, { prefix: `${id}/` });
    const { Resources } = app.synth().getStackByName('S').template as Template;
    const ids = Object.keys(Resources);
    const one = ids
      .filter((id) => id.startsWith('One'))
      .map((id) => Resources[id]?.Type)
      .sort();
    expect(one.length).toBeGreaterThan(20);
    expect(
      ids
        .filter((id) => id.startsWith('Two'))
        .map((id) => Resources[id]?.Type)
        .sort(),
    ).toEqual(one);
    for (const id of ids.filter((name) => name.startsWith('One')))
      expect(JSON.stringify(Resources[id])).not.toMatch(/"Two[A-Z]/);
  });
});

describe('claimName', () => {
  it('is the same for the same prefix, whatever instance asks', () => {
    const names = ['A', 'B'].map((id) => {
      const app = newApp();
      new KeyRevocation(new Stack(app, id), id);
      const { Resources } = app.synth().getStackByName(id).template as Template;
      return Object.values(Resources)
        .filter(({ Type }) => Type === 'AWS::SSM::Parameter')
        .map(({ Properties }) => Properties['Name']);
    });
    const name = claimName('key-revoker/');
    expect(names.map((each) => each.toSorted())).toEqual([
      [name, `${name}/claim`],
      [name, `${name}/claim`],
    ]);
  });

  it.each([
    ['a/b', 'a-b'],
    ['a+', 'a='],
    ['a', 'a/'],
  ])('tells %s from %s', (a, b) => expect(claimName(a)).not.toBe(claimName(b)));

  it.each(['key-revoker/', 'a+=.@-/_', '@', '/a//b/'])('is a name that Parameter Store takes for %s', (prefix) =>
    expect(claimName(prefix)).toMatch(/^(\/[A-Za-z0-9_.-]+){1,15}$/),
  );
});
