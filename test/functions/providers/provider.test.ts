import { expect, it } from 'vitest';
import type { Order, Plan } from '../../../functions/core/provider.ts';
import { kalshi } from '../../../functions/providers/index.ts';
import { provider } from '../../../functions/providers/provider.ts';
import { faultOf, identified, order } from './ask.ts';

const KEY = { apiKeyId: 'a952bcbe-ec3b-4b5b-b8f9-11dae589608c' };
const { locators: _, secretForms: __, refusedRegions: ___, locate: ____, settle: _____, ...definition } = kalshi;
const credential = (environment: string) =>
  identified({ environment, keyId: KEY.apiKeyId, parts: kalshi.credential as never });
const at = (signer: string, target = signer): Order =>
  order('delete-key', credential(signer), { aim: { self: signer === target, credential: credential(target) } });

const asked: string[] = [];
const trial = provider({
  ...definition,
  title: 'Trial',
  checkSigner: ({ signer }) => void asked.push(signer.environment),
  isRelated: (signer, target) => signer === 'prod' && target === 'demo',
  plan: ({ operation }, { kind }) => ({ call: `${operation} as ${kind}` }) as unknown as Plan,
});

it('may disagree with itself for ten minutes where nobody knows better', () =>
  expect(trial.settle).toEqual({ windowMs: 600_000, source: 'assumed' }));

it('has nothing that a definition leaves out', () =>
  expect(trial).toMatchObject({ locators: {}, secretForms: [], refusedRegions: {} }));

it('locates nothing where a definition knows no place', () => expect(trial.locate({ subMemberId: '7' })).toEqual({}));

it('hands an order and its operation on', () => expect(trial.plan(at('prod')).call).toBe('delete-key as delete'));

it('asks about the signer first', () => {
  asked.length = 0;
  expect(faultOf(() => trial.plan(at('demo', 'prod')))[0]).toBe('refused/environment-mismatch');
  expect(asked).toEqual(['demo']);
});

it('lets a related environment sign, one way', () => expect(trial.plan(at('prod', 'demo')).call).toBeDefined());

it.each(['update-key', 'toString', ''])('refuses the operation %j, which it has not', (operation) =>
  expect(faultOf(() => trial.plan({ ...at('prod'), operation }))).toEqual([
    'refused/malformed',
    `Cannot do ${operation} at Trial: the operation must be one of delete-key`,
  ]),
);
