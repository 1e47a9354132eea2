/** Worlds by cell: how long the key lived, and when the word was said. */
export type Cells = Record<string, number>;

/** Cells of each decade. */
const PER_DECADE = 6;
const FIRST_MS = 100;
/** Of both axes; the last is for ever. */
export const STEPS = PER_DECADE * 5 + 2;
const FOR_EVER = STEPS - 1;

/** The step of a length: steps are as wide as each other on a logarithmic axis. */
export const stepOf = (ms: number): number => {
  if (ms === Number.POSITIVE_INFINITY) return FOR_EVER;
  return Math.min(FOR_EVER - 1, Math.max(0, Math.floor(Math.log10(Math.max(ms, 1) / FIRST_MS) * PER_DECADE)));
};

export const cellOf = (livedMs: number, saidMs: number): string => `${stepOf(livedMs)} ${stepOf(saidMs)}`;

/** Both steps of a cell. */
export const stepsOf = (cell: string): readonly [lived: number, said: number] => {
  const [lived = 0, said = 0] = cell.split(' ').map(Number);
  return [lived, said];
};

/** Where a length lies on the axis, in steps. */
export const placeOf = (ms: number): number => Math.log10(ms / FIRST_MS) * PER_DECADE;
