/** Reads JSON; `undefined` for any other text. V8 quotes short input in its errors, so no error leaves this function. */
export const jsonOrUndefined = (text: string): unknown => {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // Not JSON.
  }
  return value;
};

/** Whether a value of JSON is an object: neither a list nor `null`. */
export const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
