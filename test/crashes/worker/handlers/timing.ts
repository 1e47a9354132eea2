/** Sets timers as clients do, some with what makes no sense, and tells how long each took by the date. */
export const handler = async (): Promise<readonly number[]> => {
  const took = async (ms: number): Promise<number> => {
    const from = Date.now();
    await new Promise((resolve) => {
      setTimeout(resolve, ms);
    });
    return Date.now() - from;
  };
  const cleared = setTimeout(() => process.exit(1), 10);
  clearTimeout(cleared);
  return [await took(1_500.7), await took(0), await took(Number.NaN), await took(Number.POSITIVE_INFINITY)];
};
