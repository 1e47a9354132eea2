/** Why an invocation has no answer: thrown by the handler, or by Lambda (`Sandbox.Timedout`, `Runtime.ExitError`). */
export class FunctionError extends Error {
  override readonly name = 'FunctionError';
  readonly errorType: string;
  constructor(errorType: string, message: string) {
    super(message);
    this.errorType = errorType;
  }
}

/** @returns what a handler threw, whatever it was, in the two fields that Lambda reports */
export const reportOf = (thrown: unknown): { readonly errorType: string; readonly message: string } =>
  thrown instanceof Error
    ? { errorType: thrown.name, message: thrown.message }
    : { errorType: typeof thrown, message: String(thrown) };
