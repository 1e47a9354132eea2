import { expect, it } from 'vitest';
import { foreseen } from '../../../../functions/operator/incident/foresee.ts';
import type { Mark } from '../../../../functions/operator/incident/mark.ts';

const mark = (n: number): Mark => ({
  ...{ secret: `key-revoker/${n}`, arn: `arn:${n}`, versionId: 'v', provider: 'kalshi', keyId: `${n}` },
  ...{ signedBy: undefined, operations: ['delete-key'], isSigner: false, foreseen: [] },
});

it('says how many of too many keys it does not check', async () => {
  const told: string[] = [];
  const context = { terminal: { tell: (line: string) => told.push(line) } } as never;
  const marks = Array.from({ length: 101 }, (_, n) => mark(n));
  expect(await foreseen(context, {} as never, {} as never, marks)).toEqual(marks);
  expect(told).toEqual(['101 keys are not checked beforehand, since more than 100 match']);
});
