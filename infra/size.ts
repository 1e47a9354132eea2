import { weigh } from './weigh.ts';

/** Most that a function's code may weigh, in kB: what has to be loaded is time in which a leaked key lives on. */
const BUDGET_KB = 650;

const kB = (bytes: number): string => (bytes / 1000).toFixed(1).padStart(7);

for (const { handler, bytes, inputs } of await weigh()) {
  const isOver = bytes > BUDGET_KB * 1000;
  if (isOver) process.exitCode = 1;
  console.log(`${kB(bytes)} kB of ${BUDGET_KB}  ${handler}${isOver ? '  TOO LARGE' : ''}`);
  for (const [path, weight] of inputs.slice(0, 8)) console.log(`${kB(weight)} kB          ${path}`);
}
