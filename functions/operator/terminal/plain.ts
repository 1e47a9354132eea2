/** Text of others as one line that a terminal obeys in nothing: it could hide a part of itself otherwise. */
export const plain = (text: string): string =>
  text.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, (one) => `\\u{${one.codePointAt(0)?.toString(16)}}`);
