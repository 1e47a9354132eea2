import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Answer, waitIn } from '../../../functions/core/answer.ts';
import type { MaybeReply } from '../../../functions/core/provider.ts';
import { meaning as bybit } from '../../../functions/providers/bybit/meaning.ts';
import { meaning as kalshi } from '../../../functions/providers/kalshi/meaning.ts';
import { meaning as requesty } from '../../../functions/providers/requesty/meaning.ts';
import { reply } from './ask.ts';

type Reads = (reply: MaybeReply) => readonly Answer[];

const READS: Readonly<Record<'bybit' | 'kalshi' | 'requesty', Reads>> = {
  bybit: (one) => (['own', 'managing', 'own-call', 'managed-call'] as const).map((to) => bybit(one, to)),
  kalshi: (one) => (['own', 'managing', 'own-call', 'managed-call'] as const).map((to) => kalshi(one, to)),
  requesty: (one) =>
    (['own', 'managing', 'lookup', 'own-call', 'managed-call'] as const).map((to) => requesty(one, to)),
};

/** What other classes are called: a text that has it in it is of its own class all the same. */
const MISLEADING = [
  'access too frequent',
  'Too many visits. Exceeded the API Rate Limit.',
  'API key is invalid.',
  'NOT_FOUND',
  'INCORRECT_API_KEY_SIGNATURE',
  'header_timestamp_expired',
  'Your_location_attestation_for_API_trading_is_missing_or_expired',
  'Invalid authorization token',
  'manage write permission required',
  'api key not found',
  'deleted',
];
const anyText = fc.oneof(
  fc.string(),
  fc.constantFrom(...MISLEADING),
  fc.tuple(fc.string(), fc.constantFrom(...MISLEADING), fc.string()).map((parts) => parts.join('')),
);

/** The bodies in which the three providers write of an error, and none of them. */
const anyBody = anyText.chain((text) =>
  fc.constantFrom<unknown>(
    text,
    { msg: text },
    { error: text },
    { code: text, message: text, details: text },
    { error: { code: text, message: text, details: text } },
    { error: { origin: 'router', message: text } },
    { retCode: 0, retMsg: text, result: {} },
    `<html>${text}</html>`,
  ),
);

/** Everything but the code for the evidence, which may name the status. */
const classesOf = (reads: Reads, one: MaybeReply) => reads(one).map(({ code: _, ...rest }) => rest);

describe.each(Object.entries(READS))('%s', (_name, reads) => {
  it.each([429, 500, 502, 503, 529])('reads %i by its status, whatever its text', (status) => {
    const bare = classesOf(reads, reply(status));
    const expected = status === 429 ? 'rate-limited' : 'provider-down';
    expect(bare.map(({ means }) => means)).toEqual(bare.map(() => ({ wait: expected })));
    fc.assert(
      fc.property(anyBody, (body) => {
        expect(classesOf(reads, reply(status, body))).toEqual(bare);
      }),
    );
  });
});

it.each([-1, 429, 10000, 10002, 10006, 10016, 10018])('bybit reads code %i by itself, whatever its text', (retCode) => {
  const bare = READS.bybit(reply(200, { retCode, result: {} }));
  expect(bare.map(waitIn)).not.toContain(undefined);
  fc.assert(
    fc.property(anyText, fc.jsonValue(), (retMsg, result) => {
      expect(READS.bybit(reply(200, { retCode, retMsg, result }))).toEqual(bare);
    }),
  );
});
