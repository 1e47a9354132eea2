/** How many letters have to be inserted, removed or replaced to make one text of the other (Levenshtein). */
const distance = (a: string, b: string): number => {
  let above = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (const [index, letter] of [...a].entries()) {
    const row = [index + 1];
    for (const [column, other] of [...b].entries()) {
      const replaced = (above[column] ?? 0) + (letter === other ? 0 : 1);
      row.push(Math.min(replaced, (above[column + 1] ?? 0) + 1, (row[column] ?? 0) + 1));
    }
    above = row;
  }
  return above.at(-1) ?? 0;
};

/** The known name that a mistyped one was most likely meant to be; `undefined` where none is within half its length. */
export const nearest = (typed: string, known: readonly string[]): string | undefined => {
  const ranked = known.map((name) => ({ name, far: distance(typed.toLowerCase(), name.toLowerCase()) }));
  const best = ranked.sort((a, b) => a.far - b.far)[0];
  return best !== undefined && best.far <= best.name.length / 2 ? best.name : undefined;
};
