/** An instant in milliseconds since 1970-01-01T00:00:00Z. */
export type EpochMs = number & { readonly __brand: 'EpochMs' };

/** The only source of time. Tests pass a clock that stands still. */
export interface Clock {
  now(): EpochMs;
  /** Milliseconds by a clock that nobody can set. Only a difference within one process means something. */
  elapsed(): number;
  /** Resolves at that instant, or at once if it has passed. */
  until(instant: EpochMs): Promise<void>;
}

/** Takes a number that is already in epoch milliseconds. */
export const epochMs = (value: number): EpochMs => value as EpochMs;

/** The instant this many milliseconds after another one; negative: before it. */
export const after = (instant: EpochMs, ms: number): EpochMs => epochMs(instant + ms);

export const earlier = (a: EpochMs, b: EpochMs): EpochMs => epochMs(Math.min(a, b));
export const later = (a: EpochMs, b: EpochMs): EpochMs => epochMs(Math.max(a, b));

/** RFC 3339 in UTC with milliseconds. */
export const toIso = (instant: EpochMs): string => new Date(instant).toISOString();

/** The end is only a safeguard: Date.parse accepts nothing behind a zone, so a mutant without it survives. */
const RFC_3339 = /^\d{4}-\d\d-\d\d[Tt](?:[01]\d|2[0-3]):\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)$/;

/** Reads RFC 3339 with its zone; `undefined` for any other text, and for a date that does not exist. */
export const fromIso = (text: string): EpochMs | undefined => {
  if (!RFC_3339.test(text)) return undefined;
  const [year, month, day] = text.slice(0, 10).split('-').map(Number) as [number, number, number];
  // Date.parse turns 31 April into 1 May. Such a date is a mistake, and must not move a key's expiry.
  if (day > new Date(Date.UTC(year, month, 0)).getUTCDate()) return undefined;
  const instant = Date.parse(text);
  return Number.isNaN(instant) ? undefined : epochMs(instant);
};
