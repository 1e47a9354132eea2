import { isDeepStrictEqual } from 'node:util';
import { type Expected, type Fixture, type Message, publishedIn, type Receipt, saidIn } from './fixture.ts';
import type { Around, Product } from './product.ts';
import { openStage, type Said, type Stage } from './stage.ts';

type Rules = readonly (readonly [holds: boolean, problem: string])[];

const broken = (rules: Rules): readonly string[] => rules.filter(([holds]) => !holds).map(([, problem]) => problem);

const DEAD: readonly string[] = ['revoked', 'already-revoked'];

const endOf = ({ outcome, code }: Receipt): string => [outcome, code].filter(Boolean).join('/');

/** Runs today's code, or that of another release, on a fixture until nothing is left to do. */
export const replayed = async (fixture: Fixture, open?: (given: Around) => Product): Promise<Stage> => {
  const stage = await openStage(fixture, { run: 2, ...(open && { open }) });
  await stage.drain();
  for (const step of fixture.next) {
    await stage.take(step);
    await stage.drain();
  }
  return stage;
};

/** No receipt contradicts the provider's own record. */
export const untrue = ({ receipt, key, isHeld, isReadOnly }: Said): readonly string[] => {
  const { receiptId, outcome, confirms } = receipt;
  const isDeath = DEAD.includes(confirms && outcome === 'confirmed' ? confirms : outcome);
  return broken([
    [!(isDeath && isHeld), `${receiptId} says ${outcome} of a key that the provider holds`],
    [!(isDeath && key === undefined), `${receiptId} says ${outcome} of no key of this fixture`],
    [!(outcome === 'restricted' && !isReadOnly), `${receiptId} says restricted of a key that may write`],
  ]);
};

/** A final receipt that the release stored or published never changes. */
export const changed = (fixture: Fixture, { said }: Stage): readonly string[] => {
  const finals = [...saidIn(fixture), ...said.map(({ receipt }) => receipt)].filter(({ final }) => final);
  const first = new Map(finals.toReversed().map((receipt) => [receipt.receiptId, receipt]));
  return finals
    .filter((receipt) => !isDeepStrictEqual(receipt, first.get(receipt.receiptId)))
    .map(({ receiptId }) => `${receiptId} has two versions`);
};

/** Each expected receipt was published with one of its true ends, and no other receipt was. */
const otherwiseEnded = (fixture: Fixture, { ends, findings = {} }: Expected, { said }: Stage): readonly string[] => {
  const all = [...publishedIn(fixture), ...said.map(({ receipt }) => receipt)];
  const finals = new Map(all.filter(({ final }) => final).map((receipt) => [receipt.receiptId, endOf(receipt)]));
  const missing = Object.keys(ends).filter((receiptId) => !finals.has(receiptId));
  // What is found in a settle window is judged by what it confirms.
  const found = said
    .map(({ receipt }) => receipt)
    .filter(({ final, outcome, confirms }) => !final && outcome !== 'retry' && !confirms);
  const misfound = Object.entries(findings).flatMap(([requestId, outcomes]) => {
    const outcomesOf = new Set(found.filter((one) => one.requestId === requestId).map(({ outcome }) => outcome));
    return isDeepStrictEqual(outcomesOf, new Set(outcomes))
      ? []
      : [`the findings about ${requestId} must be [${outcomes.join(', ')}]; they are [${[...outcomesOf].join(', ')}]`];
  });
  return [
    ...missing.map((receiptId) => `${receiptId} was never published`),
    ...misfound,
    ...[...finals].flatMap(([receiptId, end]) => {
      const wanted = ends[receiptId];
      if (wanted === undefined) return [`${receiptId} was published as ${end}; no request expects it`];
      return wanted.includes(end) ? [] : [`${receiptId} must end as ${wanted.join(' or ')}; it ended as ${end}`];
    }),
  ];
};

/** Messages, defects and foreign calls that remain. */
export const leftovers = (fixture: Fixture, { isUntouched }: Expected, stage: Stage): readonly string[] => {
  const { sandboxes, table, warnings, queues } = stage;
  const applied = sandboxes.all.flatMap((sandbox) => sandbox.applied());
  const foreign = applied.filter(({ keyId }) => !fixture.targets.includes(keyId));
  const defects = warnings.filter((line) => /^(record failed|aws did not answer)\b/.test(line));
  return [
    ...new Set(defects),
    ...queues.requests().map(({ id, receiveCount }) => `message ${id} still waits after ${receiveCount} deliveries`),
    ...foreign.map(({ keyId, kind }) => `${keyId} was ${kind}; no request asked for that`),
    ...broken([[!(isUntouched && applied.length > 0), 'a call left']]),
    ...table.items().flatMap(({ pk }) => (pk.startsWith('quarantine') ? [`the ledger holds ${pk}`] : [])),
  ];
};

/** The requests that a message or the ledger holds, by the id that their receipts have. */
const requestsIn = ({ config, ledger, requests, stuck }: Fixture): readonly string[] => {
  const idOf = ({ id, body, attributes }: Message): string | undefined => {
    const fields = body.startsWith('{') && body.endsWith('}') ? JSON.parse(body) : {};
    const asked = fields.detail ?? fields;
    const name = asked.requestId ?? fields.id ?? attributes['requestId'] ?? id;
    const isPlan = asked.dryRun || config.mode === 'observe';
    return asked.look ? undefined : isPlan ? `${name}#plan` : name;
  };
  const stored = ledger.filter(({ pk }) => pk.startsWith('request#')).map(({ pk }) => pk.slice('request#'.length));
  return [...new Set([...stored, ...[...requests, ...stuck].map(idOf)])].filter((id) => id !== undefined);
};

/** What is wrong with the end of a fixture; empty where all of it is true. */
export const problemsOf = (fixture: Fixture, expected: Expected, stage: Stage): readonly string[] => [
  ...stage.said.flatMap(untrue),
  ...changed(fixture, stage),
  ...otherwiseEnded(fixture, expected, stage),
  ...leftovers(fixture, expected, stage),
];

/** The requests of a fixture that its expectation does not mention. */
export const unjudged = (fixture: Fixture, { ends, waits = [] }: Expected): readonly string[] => {
  const judged = Object.keys(ends).map((receiptId) => receiptId.slice(0, receiptId.lastIndexOf('#')));
  return requestsIn(fixture).filter((id) => !judged.includes(id) && !waits.includes(id));
};
