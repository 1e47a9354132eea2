import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { DELETIONS } from '../whole/system/deletions.ts';
import { systemForEachTest } from '../whole/system/system.ts';
import { countWriteUnits } from '../whole/system/write-units.ts';

const PAGE = readFileSync(join(import.meta.dirname, '../../docs/cost.md'), 'utf8');

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
const MOST_DELIVERIES = 200;

/** What AWS bills by the call, by the columns of the page. Tags are calls of Secrets Manager too. */
const COLUMNS: readonly (readonly [title: string, actions: readonly string[]])[] = [
  ['write units', ['write units']],
  ['reads', ['GetItem', 'Query']],
  ['secrets', ['GetSecretValue', 'DescribeSecret', 'TagResource']],
  ['queues', ['SendMessage', 'ReceiveMessage', 'ChangeMessageVisibility', 'DeleteMessageBatch']],
  ['topics', ['Publish']],
  ['bus', ['PutEvents']],
];

const unitsOf = countWriteUnits();
const counted = new Map<string, number>();
const add = (name: string, count = 1): void => void counted.set(name, (counted.get(name) ?? 0) + count);

const system = systemForEachTest({
  onCall: (call) => {
    add(call.action);
    add('write units', unitsOf(call));
  },
});

const spendWeek = async (): Promise<void> => {
  for (let day = 0; day < 8; day += 1) {
    system().advance(DAY_MS);
    await system().lookAfter();
    await system().settle(MOST_DELIVERIES);
  }
};

/** A row of the page's table, from what the work sends. */
const rowOf = async (title: string, work: () => Promise<void>): Promise<string> => {
  counted.clear();
  await work();
  const cells = COLUMNS.map(([, actions]) => actions.reduce((sum, action) => sum + (counted.get(action) ?? 0), 0));
  return `| ${[title, ...cells].join(' | ')} |`;
};

it.each([
  ['bybit/delete-sub-key by its master', 'by its master'],
  ['kalshi/delete-key by itself', 'by itself'],
])('%s costs what the page says, from the request to the last recheck', async (name, by) => {
  const row = DELETIONS.find((one) => one.name === name);
  const { request } = (await row?.arrange(system())) ?? {};
  await system().send({ ...request, reason: 'leaked', requestId: 'R' });
  const rows = [
    await rowOf(`${by}: request to \`revoked\``, () => system().settle(MOST_DELIVERIES)),
    await rowOf(`${by}: to \`confirmed\``, async () => {
      for (let minute = 0; minute < 12; minute += 1) {
        system().advance(MINUTE_MS);
        await system().settle(MOST_DELIVERIES);
      }
    }),
    await rowOf(`${by}: rechecks of a week`, spendWeek),
  ];
  expect(
    system()
      .receipts()
      .map(({ outcome }) => outcome),
  ).toEqual(['revoked', 'confirmed']);
  expect(PAGE).toContain(rows.join('\n'));
});

it('costs what the page says in a week without a key, which all keys share', async () => {
  expect(PAGE).toContain(await rowOf('no key: daily passes of a week', spendWeek));
});

it('is added up right on the page', () => {
  const cellsOf = (title: string): readonly number[] => {
    const line = PAGE.split('\n').find((row) => row.startsWith(`| ${title} | `)) ?? '';
    return line.split('|').slice(2, -1).map(Number);
  };
  const prices = cellsOf('0.625').length > 0 ? [0.625, ...cellsOf('0.625')] : [];
  const shared = cellsOf('no key: daily passes of a week');
  const costOf = (title: string): number => {
    const less = title.endsWith('week') ? shared : [];
    return cellsOf(title).reduce((sum, count, index) => sum + (count - (less[index] ?? 0)) * (prices[index] ?? NaN), 0);
  };
  const steps = ['request to `revoked`', 'to `confirmed`', 'rechecks of a week'];
  const sums = steps.map((step) => ['by its master', 'by itself'].map((by) => costOf(`${by}: ${step}`)));
  expect(steps.map(cellsOf)).toEqual(sums.map((row) => row.map(Math.round)));
  const inAll = [0, 1].map((column) => Math.round(sums.reduce((sum, row) => sum + (row[column] ?? NaN), 0)));
  expect(cellsOf('in all')).toEqual(inAll);
});
