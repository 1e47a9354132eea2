import { describe, expect, it } from 'vitest';
import { digestOf } from '../../functions/core/ledger/same-request.ts';
import type { RevocationRequest } from '../../functions/core/request/revocation-request.ts';
import { digest } from '../../functions/edge/process/digest.ts';
import * as PROVIDERS from '../../functions/providers/index.ts';
import type { Item } from './document-table.ts';
import { casesOf, RELEASES, textsOf } from './read-release.ts';
import { problemsOf, replayed, unjudged } from './replay.ts';
import { holdsSecret } from './throwaway.ts';

/** Every kind of item that release 0.1.0 stores. */
const KINDS: readonly string[] = [
  ...['case', 'control pause', 'forgotten', 'host', 'limit count', 'limit override', 'pin', 'rate', 'request'],
  ...['request plan', 'signer', 'sweep', 'sweep look-after', 'sweep progress'],
];

const kindOf = (pk: string, sk: string): string => {
  const [kind = '', name = ''] = pk.split('#');
  if (kind === 'request') return pk.endsWith('#plan') ? 'request plan' : kind;
  if (kind === 'limit') return sk === 'override' ? 'limit override' : 'limit count';
  if (kind === 'sweep') return name.startsWith('arn:') ? kind : `${kind} ${name}`;
  return kind === 'control' ? `${kind} ${sk}` : kind;
};

describe.each(RELEASES)('what release %s stored and sent', (release) => {
  const cases = casesOf(release);

  it.each(cases)('reaches a true end, $name', async ({ fixture, expected }) => {
    if (expected === undefined) throw new Error('Cannot judge the fixture: expected.json lacks it');
    expect(unjudged(fixture, expected)).toEqual([]);
    expect(problemsOf(fixture, expected, await replayed(fixture))).toEqual([]);
  });

  it('keeps its digest, so that a rollback finds its own', () => {
    const items = cases.flatMap(({ fixture }) => fixture.ledger).filter(({ request }) => request !== undefined);
    expect(items.length).toBeGreaterThan(100);
    const digestToday = ({ request }: Item) => digestOf({ digest, providers: PROVIDERS }, request as RevocationRequest);
    expect(items.filter((item) => item['digest'] !== digestToday(item))).toEqual([]);
  });

  it('is of every kind that is stored', () => {
    const kinds = new Set(cases.flatMap(({ fixture }) => fixture.ledger.map(({ pk, sk }) => kindOf(pk, sk))));
    expect([...kinds].toSorted()).toEqual(expect.arrayContaining([...KINDS]));
  });

  it('holds no secret', () => {
    expect(textsOf(release).filter(holdsSecret)).toEqual([]);
  });
});
