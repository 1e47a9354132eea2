/** At most so many holders at once; the others wait in the order in which they came. */
export interface Slots {
  take(): Promise<void>;
  free(): void;
}

export const createSlots = (count: number): Slots => {
  const waiting: (() => void)[] = [];
  let left = count;
  return {
    take: async () => {
      if (left > 0) left -= 1;
      else await new Promise<void>((resolve) => waiting.push(resolve));
    },
    free: () => {
      const next = waiting.shift();
      if (next === undefined) left += 1;
      else next();
    },
  };
};
