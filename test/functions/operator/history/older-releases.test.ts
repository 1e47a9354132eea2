import { describe, expect, it } from 'vitest';
import { epochMs } from '../../../../functions/core/epoch.ts';
import type { RequestItem } from '../../../../functions/core/ledger/request-item.ts';
import { dynamoLedger } from '../../../../functions/edge/aws/ledger.ts';
import { readableLedger } from '../../../../functions/edge/aws/readable-ledger.ts';
import { digest } from '../../../../functions/edge/process/digest.ts';
import type { Deployed } from '../../../../functions/operator/deployment/connect.ts';
import { historyOf } from '../../../../functions/operator/history/history.ts';
import { endRecord } from '../../../../functions/operator/history/record.ts';
import { asHtml } from '../../../../functions/operator/report/as-html.ts';
import { asMarkdown } from '../../../../functions/operator/report/as-markdown.ts';
import { documentTable } from '../../../released/document-table.ts';
import type { Fixture } from '../../../released/fixture.ts';
import { casesOf, RELEASES } from '../../../released/read-release.ts';
import { reportForTest } from '../report/report-for-test.ts';

const LATER = epochMs(Date.parse('2027-01-01T00:00:00Z'));

const deployedOn = ({ ledger: items }: Fixture): Deployed => {
  const clock = { now: () => LATER, elapsed: () => 0, until: async () => undefined };
  const ledger = readableLedger(dynamoLedger(documentTable(items).client, 'ledger'), { clock });
  return { ledger, clock, digest } as unknown as Deployed;
};

/** The requests that have ended, by the ids that the table holds. */
const endedIn = ({ ledger }: Fixture): readonly RequestItem[] =>
  (ledger as readonly unknown[] as readonly (RequestItem & { readonly pk: string })[]).filter(
    ({ pk, receipt, planOnly }) => pk.startsWith('request#') && receipt !== undefined && !planOnly,
  );

describe.each(RELEASES)('what release %s stored', (release) => {
  const cases = casesOf(release).filter(({ fixture }) => endedIn(fixture).length > 0);

  it('has ends', () => expect(cases.length).toBeGreaterThan(20));

  it.each(cases.map((one) => [one.name, one.fixture] as const))('can be reported: %s', async (_name, fixture) => {
    const deployed = deployedOn(fixture);
    for (const { requestId, receipt } of endedIn(fixture)) {
      const record = await endRecord(deployed, requestId);
      if (record === undefined) throw new Error(`Cannot find ${requestId}`);
      expect(record.timeline.instants.length).toBeGreaterThan(1);
      const report = reportForTest({ records: [record] });
      for (const text of [asHtml(report), asMarkdown(report)]) {
        expect(text).toContain(record.digest);
        expect(text).not.toMatch(/undefined|NaN|\[object|Invalid Date/);
      }
      expect(asHtml(report)).toContain(`<td>${receipt?.receiptId}</td>`);
    }
  });

  it('is in the history where the case of a key names it', async () => {
    const proved = cases.find(({ state }) => state === 'over');
    if (proved === undefined) throw new Error('Cannot find the state "over"');
    const { entries, wholeSince } = await historyOf(deployedOn(proved.fixture), epochMs(0), LATER);
    expect(entries.map(({ requestId }) => requestId)).toEqual(
      endedIn(proved.fixture).map(({ requestId }) => requestId),
    );
    expect(entries[0]).toMatchObject({ outcome: 'revoked', goneAt: expect.any(Number) });
    expect(wholeSince).toBeUndefined();
  });
});
