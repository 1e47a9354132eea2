import { itemsOf } from './read-corpus.ts';

/** Stands in every secret of the corpus but the keys in PEM, and in nothing else. */
const MARK = 'CANARY';

/** What a text looks like inside a longer one in base64: it begins at one of three places, and only whole letters are its own. */
const insideBase64 = (text: string): readonly string[] =>
  [0, 1, 2].map((before) =>
    Buffer.from('x'.repeat(before) + text)
      .toString('base64')
      .slice(Math.ceil((before * 8) / 6), Math.floor(((before + text.length) * 8) / 6)),
  );

const MARKS = new RegExp(
  ['[Cc][Aa][Nn][Aa][Rr][Yy]', ...insideBase64(MARK), Buffer.from(MARK).toString('hex')].join('|'),
  'g',
);

/** Line breaks, as such or written out, are no information in a key. */
const unbroken = (text: string): string => text.replace(/\s|\\+[rnt]/g, '');

const LENGTH = 24;
const RUN = /[A-Za-z0-9+/]{24,}/g;

/** Of the body of a key. The first two are the same in all keys of that kind. */
const piecesOf = (body: string): readonly string[] =>
  Array.from({ length: Math.floor(body.length / LENGTH) }, (_, at) => body.slice(at * LENGTH, (at + 1) * LENGTH)).slice(
    2,
  );

const BODY = /-----BEGIN[A-Z]*PRIVATEKEY-----([A-Za-z0-9+/=]+)-----END/g;

/** Pieces of the private keys of the corpus, as they are in PEM and as they are in the base64 of a PEM. */
const keyPieces = (): ReadonlySet<string> => {
  const bodies = itemsOf('credentials').flatMap(({ text }) =>
    [...unbroken(text).matchAll(BODY)].map(([, body = '']) => body),
  );
  const pieces = [...new Set(bodies)].flatMap(piecesOf);
  return new Set([...pieces, ...pieces.flatMap(insideBase64).map((form) => form.slice(0, LENGTH))]);
};

let pieces: ReadonlySet<string> | undefined;

const keysIn = (text: string): readonly string[] => {
  pieces ??= keyPieces();
  return [...text.matchAll(RUN)].flatMap(([run]) =>
    Array.from({ length: run.length - LENGTH + 1 }, (_, at) => run.slice(at, at + LENGTH)).filter((piece) =>
      pieces?.has(piece),
    ),
  );
};

const decoded = (text: string): string =>
  text.replace(/%([0-9A-Fa-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));

/**
 * Finds the secrets of the corpus in a text: as they are, inside base64 or hex, written out in JSON, encoded for an address.
 *
 * @returns the first characters of each
 */
export const leaksIn = (text: string): readonly string[] => {
  const plain = unbroken(text);
  const spellings = [text, plain, decoded(plain), plain.replaceAll('-', '+').replaceAll('_', '/')];
  const found = spellings.flatMap((one) => [...(one.match(MARKS) ?? []), ...keysIn(one)]);
  return [...new Set(found.map((form) => `${form.slice(0, 6)}…`))];
};
