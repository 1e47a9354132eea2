import type { MaybeReply } from '../../../functions/core/provider.ts';
import { NOBODY_IS_KNOWN } from '../../laws/trespasses.ts';
import type { Draw } from '../life/draw.ts';
import type { Sickness, Stage } from '../life/stage.ts';
import { forATime } from './outages.ts';

const MINUTE = 60_000;

type Json = unknown;

/** The same reply without the rows that the rule finds, wherever a list stands in it. */
const withoutRows = (reply: MaybeReply, isLeftOut: (row: string, index: number) => boolean): MaybeReply => {
  if (reply === undefined || reply.body === '') return reply;
  const shortened = (value: Json): Json => {
    if (Array.isArray(value))
      return value.filter((row, index) => typeof row !== 'object' || !isLeftOut(JSON.stringify(row), index));
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, shortened(inner)]));
  };
  return { ...reply, body: JSON.stringify(shortened(JSON.parse(reply.body))) };
};

/** The same list without these rows. The judge learns of a target that is hidden: it reads as a key that nobody knows. */
const hidingRows = (
  { sandbox, world: { seeded } }: Stage,
  reply: MaybeReply,
  seq: number,
  isLeftOut: (row: string, index: number) => boolean,
): MaybeReply => {
  const shortened = withoutRows(reply, isLeftOut);
  const isHidden = reply?.body.includes(seeded.target) && !shortened?.body.includes(seeded.target);
  const exchange = sandbox.record[seq - 1];
  if (isHidden && exchange !== undefined) Object.assign(exchange, { faultName: NOBODY_IS_KNOWN });
  return shortened;
};

/** The list comes from a replica that is behind: it names the deleted key for a time. */
export const laggingLists = ({ ms }: Draw): Sickness => {
  const lagMs = ms(1_000, 10 * MINUTE);
  return {
    says: `lists are ${lagMs} ms behind`,
    meets: ({ world: { seeded } }) =>
      seeded.signer === seeded.target
        ? []
        : [{ match: { method: 'GET', keyId: seeded.signer }, fault: { kind: 'lag', ms: lagMs } }],
  };
};

/** The list comes from a replica that lacks the target's row for a time. */
export const missingRow = (draw: Draw): Sickness => {
  const [says, isOn] = forATime(draw, draw.ms(100, 10 * MINUTE));
  let isMissing = false;
  return {
    says: `lists lack the key for ${says}`,
    meets: (stage, leaving) => {
      isMissing = isOn(stage, leaving);
      return [];
    },
    answers: (stage, reply, seq) =>
      isMissing && stage.sandbox.listings.has(seq)
        ? hidingRows(stage, reply, seq, (row) => row.includes(stage.world.seeded.target))
        : reply,
  };
};

/** Rows move from page to page while a list is read, so that a page lacks any of them. */
export const shiftingPages = ({ random, chance, whole }: Draw): Sickness => {
  const share = 0.1 + 0.8 * random();
  return {
    says: `${share.toFixed(2)} of the pages lack a row`,
    answers: (stage, reply, seq) => {
      if (!stage.sandbox.listings.has(seq) || !chance(share)) return reply;
      const lost = whole(0, 3);
      return hidingRows(stage, reply, seq, (_row, index) => index === lost);
    },
  };
};

/** How a cache says that an answer is not fresh. */
const MARKS = [
  (ageMs: number) => ({ age: String(Math.max(1, Math.round(ageMs / 1_000))) }),
  () => ({ 'x-cache': 'Hit from cloudfront' }),
  () => ({ 'cf-cache-status': 'HIT' }),
] as const;

/** A cache answers some readings with what was true before. */
export const cacheOfOlder = ({ random, chance, ms, among }: Draw): Sickness => {
  const [share, ageMs, mark] = [0.2 + 0.7 * random(), ms(2_000, 10 * MINUTE), among(MARKS)];
  let isCached = false;
  return {
    says: `a cache answers ${share.toFixed(2)} of the reads, ${ageMs} ms old`,
    meets: (_stage, { call }) => {
      isCached = call.method === 'GET' && chance(share);
      return isCached ? [{ match: {}, fault: { kind: 'lag', ms: ageMs } }] : [];
    },
    answers: (_stage, reply) =>
      reply && isCached ? { ...reply, headers: { ...reply.headers, ...mark(ageMs) } } : reply,
  };
};

/** A living key that the request has nothing to do with. */
const strangerIn = ({ sandbox, world }: Stage): string | undefined => {
  const { target, signer, world: of } = world.seeded;
  return sandbox.keyIds().find((id) => id !== target && id !== signer && sandbox.isAlive(of, id));
};

/** A cache answers some of the first readings with another key's record. */
export const cacheOfAnother = ({ whole, among }: Draw): Sickness => {
  const [most, mark] = [whole(1, 4), among(MARKS)];
  return {
    says: `a cache answers the first ${most} reads with another key's record`,
    answers: (stage, reply, seq) => {
      const stranger = strangerIn(stage);
      const isCached = stage.exchanges() <= most && stage.sandbox.record[seq - 1]?.method === 'GET';
      if (!reply || !isCached || stranger === undefined) return reply;
      const body = reply.body.replaceAll(stage.world.seeded.target, stranger);
      return { ...reply, body, headers: { ...reply.headers, ...mark(7_000) } };
    },
  };
};
