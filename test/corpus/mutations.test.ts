import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Fault } from '../../functions/core/fault.ts';
import { jsonOrUndefined, readObject } from '../../functions/core/json.ts';
import { parseRequest } from '../../functions/core/request/parse-request.ts';
import * as PROVIDERS from '../../functions/providers/index.ts';
import { leaksIn } from './leaks-in.ts';
import { itemsOf } from './read-corpus.ts';

const TEXTS = (['orders', 'credentials', 'alerts'] as const).flatMap((kind) => itemsOf(kind).map(({ text }) => text));

/** Places in a text as shares of its length, so that one change fits every text. */
const place = fc.double({ min: 0, max: 1, noNaN: true });
const someText = fc.constantFrom(...TEXTS);
const white = fc.constantFrom(' ', '\n', '\r\n', '\t', '\u00a0', '\u200b', '\\n', '\ufeff', '');

type Change = (text: string) => string;
const at = (text: string, share: number): number => Math.round(text.length * share);
const between = (text: string, a: number, b: number): readonly [number, number] => {
  const [from, to] = [at(text, a), at(text, b)];
  return from < to ? [from, to] : [to, from];
};

/** A piece is cut out, a piece of another text is put in, or white space becomes other white space. */
const change: fc.Arbitrary<Change> = fc.oneof(
  fc.tuple(place, place).map(([a, b]): Change => {
    return (text) => {
      const [from, to] = between(text, a, b);
      return text.slice(0, from) + text.slice(to);
    };
  }),
  fc.tuple(place, someText, place, place).map(([where, other, a, b]): Change => {
    return (text) =>
      text.slice(0, at(text, where)) + other.slice(...between(other, a, b)) + text.slice(at(text, where));
  }),
  fc.tuple(white, white).map(
    ([from, to]): Change =>
      (text) =>
        from === '' ? text : text.replaceAll(from, to),
  ),
  fc.tuple(place, white).map(([where, blank]): Change => {
    return (text) => text.slice(0, at(text, where)) + blank + text.slice(at(text, where));
  }),
  fc.tuple(place, fc.constantFrom('"', '{', '}', ':', ',', '\\', '-----', '=')).map(([where, mark]): Change => {
    return (text) => text.slice(0, at(text, where)) + mark + text.slice(at(text, where));
  }),
);

const mutated = fc
  .tuple(someText, fc.array(change, { minLength: 1, maxLength: 3 }))
  .map(([text, changes]) => changes.reduce((left, by) => by(left), text));

/** A name of a field is shown to its sender, so a secret that became a name may be in a sentence. */
const hasSecretName = (value: unknown): boolean => {
  if (typeof value !== 'object' || value === null) return false;
  return Object.entries(value).some(([name, inner]) => leaksIn(name).length > 0 || hasSecretName(inner));
};

it('a changed text is read as an order or refused, and nothing of it is repeated', () => {
  fc.assert(
    fc.property(mutated, (text) => {
      const parsed = parseRequest(PROVIDERS, text);
      if (parsed.kind === 'request') return;
      fc.pre(!hasSecretName(jsonOrUndefined(text)));
      expect(parsed.message).toMatch(/^Cannot .*[^.]$/s);
      expect(leaksIn(JSON.stringify([parsed.message, parsed.fields, parsed.clean, parsed.provider]))).toEqual([]);
    }),
    { numRuns: 3_000 },
  );
});

describe.each(Object.entries(PROVIDERS))('a changed text as a credential of %s', (_name, provider) => {
  const refusalOf = (text: string): string => {
    const read = readObject(text);
    if ('problem' in read) return read.problem;
    try {
      provider.credential(read.object);
      return '';
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      expect(error.outcome).toBe('refused/credential-unreadable');
      return error.message;
    }
  };

  it('is read or refused, and nothing of it is repeated', () => {
    fc.assert(
      fc.property(mutated, (text) => {
        expect(leaksIn(refusalOf(text))).toEqual([]);
      }),
      { numRuns: 2_000 },
    );
  });
});
