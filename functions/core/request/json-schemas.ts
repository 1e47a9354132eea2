import * as z from 'zod';
import type { Providers } from '../provider.ts';
import { receiptShape } from './receipt-shape.ts';
import { type RequestForm, requestForm } from './revocation-request.ts';

/** JSON Schema, draft 2020-12. */
type JsonSchema = Readonly<Record<string, unknown>>;

/** A shape in JSON Schema, as a user writes it: fields with a default are optional. */
const schemaOf = (shape: z.ZodType, title: string, description: string): JsonSchema => {
  const { $schema, ...rest } = z.toJSONSchema(shape, { io: 'input' });
  return { $schema, title, description, ...rest };
};

/** The form without the field that only our own functions may send. */
const withoutRecheck = ({ shape: { look: _, ...fields } }: RequestForm['options'][number]) => z.strictObject(fields);

/** Every contract that a user writes or reads as JSON, by the name of its file. */
export const jsonSchemas = (providers: Providers): Readonly<Record<string, JsonSchema>> => ({
  'request.schema.json': schemaOf(
    z.union(requestForm(providers).options.map(withoutRecheck)),
    'Revocation request',
    'The body of a message to the requests queue, and the detail of an event Key Revocation Requested. Rules between fields are checked when the message arrives',
  ),
  'receipt.schema.json': schemaOf(
    receiptShape(providers),
    'Receipt',
    'A message of the results topic, and the detail of an event Key Revocation Result',
  ),
  ...Object.fromEntries(
    Object.values(providers).map(({ name, credentialShape }) => [
      `credential.${name}.schema.json`,
      schemaOf(credentialShape, `Credential for ${name}`, 'The value of a secret in Secrets Manager'),
    ]),
  ),
});
