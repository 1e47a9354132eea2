import { expect, it } from 'vitest';
import { questionsElsewhere } from '../../../../functions/core/attempt/other-hosts.ts';
import type { Provider, Question } from '../../../../functions/core/provider.ts';
import { bybit, kalshi } from '../../../../functions/providers/index.ts';
import { order } from '../../providers/ask.ts';
import { keyIn as bybitKey, MASTER, SUB } from '../../providers/bybit/keys.ts';
import { keyIn, MANAGER, TARGET } from '../../providers/kalshi/keys.ts';
import { NOON } from '../rounds.ts';

const ELECTIONS = 'api.elections.kalshi.com';
const SEEN = { 'self@external-api.kalshi.com': NOON, [`self@${ELECTIONS}`]: NOON };
const pin = { environment: 'prod', realm: 'prod' };
const at = (of: ReturnType<typeof order>, provider = kalshi) => ({ provider, order: of, pin }) as never;
const brief = (questions: ReturnType<typeof questionsElsewhere>) =>
  questions.map((question) => {
    const next = question.next([], NOON);
    return [question.host, question.questionId, 'send' in next && next.send.host];
  });

const THERE = [[ELECTIONS, `self@${ELECTIONS}`, ELECTIONS]];

it('asks a key at the other host of its realm where it was seen, and at no other', () => {
  const itself = order('delete-key', keyIn(TARGET));
  expect(brief(questionsElsewhere(at(itself), { sightings: SEEN }, {}))).toEqual(THERE);
  expect(questionsElsewhere(at(itself), { sightings: { 'self@external-api.kalshi.com': NOON } }, {})).toEqual([]);
  const demo = { 'self@external-api.demo.kalshi.co': NOON };
  expect(questionsElsewhere(at(itself), { sightings: demo }, {})).toEqual([]);
});

it('plans as after a call, and takes the key’s own questions to that host only', () => {
  const itself = order('delete-key', keyIn(TARGET));
  const called: boolean[] = [];
  const question = (asked: string, as: Question['as'], host: string): Question => ({
    ...{ asked, as, host, questionId: `self@${ELECTIONS}` },
    next: expect.fail,
  });
  const provider: Provider = {
    ...kalshi,
    plan: (by) => {
      called.push(by.called);
      const probes = [
        question('own', 'self', ELECTIONS),
        question('list', 'managing', ELECTIONS),
        question('here', 'self', 'external-api.kalshi.com'),
      ];
      return { ...kalshi.plan(by), probes };
    },
  };
  const asked = questionsElsewhere(at(itself, provider), { sightings: SEEN }, {});
  expect([asked.map((one) => one.asked), called]).toEqual([['own'], [true]]);
});

it('asks the target’s own credential where another key signs, and nothing if there is none', () => {
  const target = { self: false, keyId: TARGET, credential: keyIn(TARGET) };
  const managed = order('delete-key', keyIn(MANAGER), { aim: target });
  expect(brief(questionsElsewhere(at(managed), { sightings: SEEN }, {}))).toEqual(THERE);
  const named = order('delete-key', keyIn(MANAGER), { aim: { self: false, keyId: TARGET } });
  expect(questionsElsewhere(at(named), { sightings: SEEN }, {})).toEqual([]);
});

it('makes no demo key of a key of production', () => {
  const sub = order('delete-sub-key', bybitKey(MASTER), {
    aim: { self: false, keyId: SUB, credential: bybitKey(SUB), locator: { subMemberId: '1' } },
  });
  const of = { provider: bybit, order: sub, pin: { environment: 'mainnet', realm: 'mainnet' } } as never;
  const sightings = Object.fromEntries(Object.values(bybit.environments).map(({ host }) => [`self@${host}`, NOON]));
  const hosts = questionsElsewhere(of, { sightings }, {}).map(({ host }) => host);
  const { mainnet, ...others } = bybit.environments;
  const ofRealm = Object.values(others).filter(({ realm }) => realm === 'mainnet');
  expect(hosts).toEqual(ofRealm.map(({ host }) => host));
  expect(hosts).not.toContain(mainnet?.host);
});
