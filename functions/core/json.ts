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
