import type { FunctionConfig, Invoke } from './function-config.ts';
import { FunctionError, reportOf } from './function-error.ts';
import { type LambdaContext, lambdaContext } from './lambda-context.ts';

const asJson = (value: unknown): unknown => JSON.parse(JSON.stringify(value ?? null));

/**
 * Calls a handler in this process, on this process's clock. Event and answer pass through JSON as they do at Lambda; the
 * timeout is only told to the handler, nothing is killed.
 */
export const inProcess =
  <Event, Result>(
    handler: (event: Event, context: LambdaContext) => Promise<Result>,
    { name, memoryMb, timeoutMs }: Pick<FunctionConfig, 'name' | 'memoryMb' | 'timeoutMs'>,
  ): Invoke =>
  async (event) => {
    try {
      const context = lambdaContext(name, memoryMb, Date.now() + timeoutMs);
      return asJson(await handler(asJson(event) as Event, context));
    } catch (error) {
      const { errorType, message } = reportOf(error);
      throw new FunctionError(errorType, message);
    }
  };
