import type * as z from 'zod';
import { Fault } from '../core/fault.ts';
import { nearest } from '../core/request/schema-errors.ts';

/** The end of a request whose credential cannot be used. The sentence names fields, never a value. */
export const unreadable = (sentence: string): Fault =>
  new Fault('refused/credential-unreadable', `Cannot read the credential: ${sentence}`);

/** The message for unknown fields. It does not quote them: the text in place of a name may itself be a secret. */
const strangers = (typed: readonly string[], known: readonly string[]): string => {
  const meant = typed.map((name) => nearest(name, known)).find((name) => name !== undefined);
  return `it has an unknown field${meant ? `; the nearest known field is ${meant}` : ''}; the known fields are ${known.join(', ')}`;
};

/**
 * Parses a credential with its provider's strict schema.
 *
 * @throws Fault `refused/credential-unreadable`
 */
export const parseCredential = <Shape extends z.ZodRawShape>(
  schema: z.ZodObject<Shape, z.core.$strict>,
  value: unknown,
): z.output<z.ZodObject<Shape, z.core.$strict>> => {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues as [z.core.$ZodIssue]; // a failed parse has one
  if (issue.code === 'unrecognized_keys') throw unreadable(strangers(issue.keys, Object.keys(schema.shape)));
  const [field] = issue.path;
  throw unreadable(field === undefined ? 'it must be a JSON object' : `${String(field)}: ${issue.message}`);
};
