import { describe, expect, it } from 'vitest';
import { epochMs } from '../functions/core/epoch.ts';
import type { Settling } from '../functions/core/ledger/case-item.ts';
import { METRICS } from '../functions/core/metric-names.ts';
import {
  type FinalOutcome,
  REFUSED,
  RETRY,
  STUCK,
  UNCONFIRMED_CODES,
  type UnconfirmedCode,
} from '../functions/core/outcome.ts';
import { REASONS } from '../functions/core/reason.ts';
import { foundSentence, sentence, waiting } from '../functions/core/receipts/sentences.ts';
import { requestForm } from '../functions/core/request/revocation-request.ts';
import * as PROVIDERS from '../functions/providers/index.ts';
import { BLOCKS, rowsOf, rowsUnder, textOf } from './pages.ts';
import { seedKeys } from './seed-keys.ts';
import { systemForEachTest } from './whole/system/system.ts';

describe('the tables', () => {
  it.each([
    ['stuck', STUCK],
    ['refused', REFUSED],
  ] as const)('of %s give every code with the words of the receipt', (outcome, codes) => {
    const rows = rowsUnder('docs/outcomes.md', outcome).map(([code = '', what = '', next = '']) => [
      code.replaceAll('`', ''),
      [what, next].filter(Boolean).join('. '),
    ]);
    expect(rows).toEqual(codes.map((code) => [code, sentence(`${outcome}/${code}` as FinalOutcome)]));
  });

  it('of unconfirmed give every code with the words of the receipt', () => {
    const rows = rowsUnder('docs/outcomes.md', 'unconfirmed').map(([code = '', what = '', next = '']) => [
      code.replaceAll('`', ''),
      [what, next].join('. '),
    ]);
    const said = (code: UnconfirmedCode) =>
      foundSentence({} as Settling, { outcome: `unconfirmed/${code}`, why: '', at: epochMs(0), number: 1 });
    expect(rows).toEqual(UNCONFIRMED_CODES.map((code) => [code, said(code)]));
  });

  it('of retry give every code with the words of the receipt', () => {
    const rows = rowsUnder('docs/outcomes.md', 'retry').map(([code = '', what = '']) => [
      code.replaceAll('`', ''),
      what,
    ]);
    expect(rows.map(([code]) => code)).toEqual([...RETRY]);
    for (const [index, code] of RETRY.entries()) expect(waiting(code)).toContain(`: ${rows[index]?.[1]}. `);
  });

  it('of environments give every host', () => {
    const hosts = Object.values(PROVIDERS).flatMap(({ name, environments }) =>
      Object.entries(environments).map(([environment, { host }]) => `${name} ${environment} ${host}`),
    );
    const shown = rowsOf('docs/requests.md').filter(
      ([provider = '', , host = '']) => provider in PROVIDERS && host !== '',
    );
    expect(shown.map((row) => row.join(' '))).toEqual(hosts);
  });

  it('of operations give every operation and who may sign', () => {
    const operations = Object.values(PROVIDERS).flatMap((provider) =>
      Object.entries(provider.operations).map(([name, { signers }]) => [
        `${provider.name}/${name}`,
        signers.length > 1,
      ]),
    );
    const rows = rowsUnder('README.md', 'Operations').map(([name = '', signers = '']) => [
      name.replaceAll('`', ''),
      signers.includes(' or '),
    ]);
    expect(rows).toEqual(operations);
    const listed = new Set(rowsOf('docs/operations.md').map(([provider, operation]) => `${provider}/${operation}`));
    expect(operations.filter(([name]) => !listed.has(String(name)))).toEqual([]);
  });

  it('of metrics give each with its unit and its dimensions', () => {
    const rows = rowsOf('docs/metrics.md').slice(2);
    expect(rows.map(([name, unit, by]) => [name, unit, by])).toEqual(
      Object.entries(METRICS).map(([name, { unit, by }]) => [name, unit, by.join(', ') || 'none']),
    );
  });

  it('of the request give every field and every reason', () => {
    const shown = rowsUnder('docs/requests.md', 'Request').flatMap(([names = '']) =>
      [...names.matchAll(/`(\w+)`/g)].map(([, name]) => name),
    );
    // No sender but the system itself may ask for a look.
    const fields = requestForm(PROVIDERS)
      .options.flatMap(({ shape }) => Object.keys(shape))
      .filter((name) => name !== 'look');
    const nested = [
      'readOnly',
      'permissions',
      'ips',
      'acceptUndeletable',
      'apiKey',
      'apiKeyId',
      'subMemberId',
      'locator',
    ];
    expect(new Set(shown)).toEqual(new Set([...fields, ...nested]));
    const reasons = rowsUnder('docs/requests.md', 'Request').find(([name]) => name === '`reason`')?.[1] ?? '';
    expect(REASONS.filter((reason) => !reasons.includes(`\`${reason}\``))).toEqual([]);
  });
});

const shapeOf = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(shapeOf);
  if (typeof value !== 'object' || value === null) return value === null ? 'null' : typeof value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, shapeOf(item)]));
};

describe('the examples', () => {
  const system = systemForEachTest();

  const under = (section: string): Record<string, unknown> => {
    const found = BLOCKS.find((block) => block.section === section && block.language === 'json');
    return JSON.parse(found?.text ?? 'null');
  };

  it('of a request is the sample that the commands send', () => {
    expect(under('Send a request')).toEqual(JSON.parse(textOf('events/revoke.bybit-delete-sub-key-by-master.json')));
  });

  it('of a receipt is one as this system makes it', async () => {
    await seedKeys(system());
    await system().send(under('Send a request'));
    await system().settle();
    const [receipt] = await system().receipts();
    const shown = under('Read a receipt') as unknown as NonNullable<typeof receipt>;
    // As texts, so that the fields stand in the order in which a reader gets them.
    expect(JSON.stringify(shapeOf(shown), null, 1)).toBe(JSON.stringify(shapeOf(receipt), null, 1));
    const { receiptId, requestId, signer, key, outcome, keyState, calls, request } = shown;
    const said = ({ message }: typeof shown): string => message.replace(/\d{4}-\S+Z$/, 'then');
    const { reason, reference } = request;
    expect(receipt).toMatchObject({ receiptId, requestId, outcome, keyState, calls });
    expect(receipt && said(receipt)).toBe(said(shown));
    expect(receipt?.request).toMatchObject({ reason, reference });
    expect([receipt?.signer?.id, receipt?.key?.id]).toEqual([signer?.id, key?.id]);
    const steps = ({ step, asked, as, host, saw, code }: (typeof shown.evidence)[number]) => [
      step,
      asked,
      as,
      host,
      saw,
      code,
    ];
    expect(shown.evidence.map(steps)).toEqual(receipt?.evidence.map(steps));
  });
});
