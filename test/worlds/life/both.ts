import type { Sickness } from './stage.ts';

/** Two things are wrong. */
export const both = (one: Sickness, other: Sickness): Sickness => ({
  ...one,
  ...other,
  says: `${one.says}, ${other.says}`,
  prepares: async (stage) => {
    await one.prepares?.(stage);
    await other.prepares?.(stage);
  },
  meets: (stage, leaving) => [...(one.meets?.(stage, leaving) ?? []), ...(other.meets?.(stage, leaving) ?? [])],
  answers: (stage, reply, seq) => {
    const first = one.answers ? one.answers(stage, reply, seq) : reply;
    return other.answers ? other.answers(stage, first, seq) : first;
  },
  happens: (stage) => {
    one.happens?.(stage);
    other.happens?.(stage);
  },
});
