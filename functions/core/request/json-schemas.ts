import * as z from 'zod';
import { RevocationRequest } from './parse-request.ts';
import { ReceiptShape } from './receipt-shape.ts';

/** JSON Schema, draft 2020-12. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** A shape in JSON Schema, as it is written: what has a default may be left out. */
export const schemaOf = (shape: z.ZodType, title: string, description: string): JsonSchema => {
  const { $schema, ...rest } = z.toJSONSchema(shape, { io: 'input' });
  return { $schema, title, description, ...rest };
};

/** What no sender may ask for but our own functions is no part of it. */
const withoutRecheck = ({ shape: { look: _, ...fields } }: (typeof RevocationRequest.options)[number]) =>
  z.strictObject(fields);

export const requestSchema = (): JsonSchema =>
  schemaOf(
    z.union(RevocationRequest.options.map(withoutRecheck)),
    'Revocation request',
    'The body of a message to the requests queue, and the detail of an event Key Revocation Requested. Rules between fields are checked when it arrives',
  );

export const receiptSchema = (): JsonSchema =>
  schemaOf(ReceiptShape, 'Receipt', 'A message of the results topic, and the detail of an event Key Revocation Result');
