/** Reads JSON; `undefined` where the text is none. V8 quotes short input in its errors, so none of them leaves here. */
export const jsonOrUndefined = (text: string): unknown => {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // It is none.
  }
  return value;
};
