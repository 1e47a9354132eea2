import { describe, expect, it } from 'vitest';
import type { PortFault } from './system/faulty-ports.ts';
import type { OrderRow } from './system/orders.ts';
import { type System, systemForEachTest } from './system/system.ts';
import { CROSSED, counted, isCrossed, isUpdate, outcomeOf, untrue } from './system/truth.ts';

const LONG = 600_000;
const system = systemForEachTest();
const count = counted('crashes of the whole system');

const known = new Map<string, readonly string[]>();

/** The steps that an order takes where nothing goes wrong. */
const stepsOf = async (sys: System, { arrange, name }: OrderRow): Promise<readonly string[]> => {
  const found = known.get(name);
  if (found !== undefined) return found;
  const { request } = await arrange(sys, 0);
  sys.steps.arm();
  await sys.send({ ...request, requestId: 'undisturbed' });
  await sys.settle();
  const steps = [...sys.steps.steps];
  known.set(name, steps);
  return steps;
};

const disturbed = async (sys: System, { arrange }: OrderRow, fault: PortFault): Promise<readonly string[]> => {
  const requestId = `disturbed-${fault.step}`;
  const arranged = await arrange(sys, fault.step);
  sys.steps.arm(fault);
  await sys.send({ ...arranged.request, requestId });
  await sys.settle();
  sys.steps.arm();
  const wanted = isUpdate(arranged) ? 'restricted' : 'revoked';
  const outcome = outcomeOf(sys, requestId);
  const { length: copies } = await sys.stuck();
  return [
    ...untrue(sys, arranged, requestId),
    ...(outcome === wanted ? [] : [`ended ${outcome}`]),
    ...(copies === 0 ? [] : [`${copies} stuck`]),
  ];
};

const FAULTS = [
  { as: 'crash', when: 'before' },
  { as: 'crash', when: 'after' },
  { as: 'outage', when: 'before' },
  { as: 'outage', when: 'after' },
] as const;

describe.each(FAULTS.map((fault, index) => ({ ...fault, index })))(
  'where a function meets one $as $when a step of its own',
  ({ as, when, index: kind }) => {
    it.each(CROSSED)(
      'the next delivery continues to the same true end: $name',
      async (row) => {
        const steps = await stepsOf(system(), row);
        const problems: string[] = [];
        for (const [index, name] of steps.entries()) {
          if (!isCrossed(index + row.index + kind, 20)) continue;
          const found = count(await disturbed(system(), row, { step: index + 1, as, when }));
          problems.push(...found.map((problem) => `${index + 1} ${name}: ${problem}`));
        }
        expect(problems.join('\n')).toBe('');
      },
      LONG,
    );
  },
);
