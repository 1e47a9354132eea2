import * as z from 'zod';
import { arnOf } from './protocol/account.ts';
import { AwsError } from './protocol/aws-error.ts';
import { type Operation, operation } from './protocol/json-backend.ts';

/** Parameter Store: texts by name, each with its version. */
export type Parameters = Map<string, { readonly Value: string; readonly Version: number }>;

const Name = z.string().regex(/^[a-zA-Z0-9_.\-/]{1,1011}$/);

/** What a standard parameter holds, in bytes. */
const MOST_BYTES = 4_096;

/** Systems Manager's operations as far as a deployment and the command line use them (API reference, 2014-11-06). */
export const PARAMETER_OPERATIONS: Readonly<Record<string, Operation<Parameters>>> = {
  PutParameter: operation(
    z.object({ Name, Value: z.string().min(1), Type: z.literal('String'), Overwrite: z.boolean().default(false) }),
    (parameters: Parameters, { Name: name, Value, Overwrite }) => {
      const known = parameters.get(name);
      if (known !== undefined && !Overwrite)
        throw new AwsError('ParameterAlreadyExists', 'The parameter already exists.');
      if (Buffer.byteLength(Value) > MOST_BYTES)
        throw new AwsError('ValidationException', `Standard tier parameters support a maximum of ${MOST_BYTES} bytes.`);
      const Version = (known?.Version ?? 0) + 1;
      parameters.set(name, { Value, Version });
      return { Version, Tier: 'Standard' };
    },
  ),
  GetParameter: operation(z.object({ Name }), (parameters, { Name: name }) => {
    const found = parameters.get(name);
    if (found === undefined) throw new AwsError('ParameterNotFound', `Parameter ${name} not found.`);
    const ARN = arnOf('ssm', `parameter${name.startsWith('/') ? '' : '/'}${name}`);
    return { Parameter: { Name: name, Type: 'String', ...found, ARN, DataType: 'text' } };
  }),
};
