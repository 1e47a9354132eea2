import * as z from 'zod';
import { AwsError } from './aws-error.ts';
import type { Backend } from './call.ts';

/** One operation of a JSON service: parses its own input, throws `AwsError`, returns what goes over the wire. */
export type Operation<State> = (state: State, input: unknown) => object;

/** Puts a schema in front of an operation; input that does not fit is a `ValidationException`. */
export const operation =
  <State, Input>(schema: z.ZodType<Input>, run: (state: State, input: Input) => object): Operation<State> =>
  (state, input) => {
    const parsed = schema.safeParse(input);
    if (!parsed.success) throw new AwsError('ValidationException', z.prettifyError(parsed.error));
    return run(state, parsed.data);
  };

/** Answers JSON 1.1 calls from a table of operations. */
export const jsonBackend =
  <State>(operations: Readonly<Record<string, Operation<State>>>, state: State): Backend =>
  async ({ action, body }) => {
    const run = operations[action];
    if (run === undefined) {
      const wanted = `wanted one of ${Object.keys(operations).join(', ')}`;
      throw new AwsError('UnknownOperationException', `Cannot do "${action}" here, ${wanted}`);
    }
    const output = await run(state, JSON.parse(body === '' ? '{}' : body));
    return { status: 200, headers: { 'content-type': 'application/x-amz-json-1.1' }, body: JSON.stringify(output) };
  };
