/** Reads JSON; `undefined` where the text is none. V8 quotes short input in its errors, so none of them leaves here. */
export const jsonOrUndefined = (text: string): unknown => {
  try {
    return JSON.parse(text);
    // Stryker disable next-line BlockStatement: what returns nothing returns undefined
  } catch {
    return undefined;
  }
};
