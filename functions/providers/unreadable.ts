import * as z from 'zod';
import { Fault } from '../core/fault.ts';
import { nearest, wanted } from '../core/request/schema-errors.ts';

/** The end of a request whose credential cannot be used. The sentence names fields, never a value. */
export const unreadable = (sentence: string): Fault =>
  new Fault('refused/credential-unreadable', `Cannot read the credential: ${sentence}`);

/** A name as the providers' own clients and people's files of settings write it: `api_key`, `KALSHI_API_KEY_ID`, `private-key`. */
const plain = (name: string): string => name.toLowerCase().replace(/[^a-z0-9]/g, '');

/** The name itself and its ends: a client, a service or a venue may stand before it, as in `KALSHI_API_KEY`. */
const endsOf = (typed: string): readonly string[] => {
  const words = typed.split(/[^A-Za-z0-9]+/);
  return words.map((_, first) => plain(words.slice(first).join('')));
};

/** What a name most likely stands for. The name itself may be a secret, so it is compared and never shown. */
const meantBy = (typed: string, known: readonly string[]): string | undefined =>
  known.find((name) => plain(typed).endsWith(plain(name))) ??
  endsOf(typed)
    .map((end) => nearest(end, known))
    .find((name) => name !== undefined);

/** The message for unknown fields. It does not quote them: the text in place of a name may itself be a secret. */
const strangers = (typed: readonly string[], known: readonly string[]): string => {
  const meant = [...new Set(typed.map((name) => meantBy(name, known)).filter((name) => name !== undefined))];
  const hint =
    meant.length === 0 ? '' : `; perhaps ${meant.join(' and ')} ${meant.length === 1 ? 'was' : 'were'} meant`;
  return `it has ${typed.length === 1 ? 'an unknown field' : `${typed.length} unknown fields`}${hint}; the known fields are ${known.join(', ')}`;
};

/**
 * Parses a credential with its provider's strict schema.
 *
 * @throws Fault `refused/credential-unreadable`, with everything that is wrong: unknown names first, since they explain what is missing
 */
export const parseCredential = <Shape extends z.ZodRawShape>(
  schema: z.ZodObject<Shape, z.core.$strict>,
  value: unknown,
): z.output<z.ZodObject<Shape, z.core.$strict>> => {
  const parsed = schema.safeParse(value, { error: wanted });
  if (parsed.success) return parsed.data;
  const { issues } = parsed.error;
  const typed = issues.flatMap((issue) => (issue.code === 'unrecognized_keys' ? issue.keys : []));
  const others = issues.flatMap(({ code, path: [field], message }) =>
    code === 'unrecognized_keys'
      ? []
      : [field === undefined ? 'it must be a JSON object' : `${String(field)}: ${message}`],
  );
  const ofNames = typed.length === 0 ? [] : [strangers(typed, Object.keys(schema.shape))];
  throw unreadable([...ofNames, ...others].join('. '));
};

/** A secret that goes into a header as it is: printable, without white space or quotes from a copy. */
export const hiddenText = z
  .string('it must be a string')
  .regex(/^[\x21-\x7e]{1,4096}$/, 'it must be printable characters without white space')
  .refine((text) => !/^(["'`]).*\1$/.test(text), 'it must stand without quotes around it');

/** Said of a text that leaves for the provider, which must not learn the tokens of other services. */
export const NOT_OURS =
  'it is a token of another service; store the key of this provider, and treat that token as leaked';
