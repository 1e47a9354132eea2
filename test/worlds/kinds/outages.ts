import type { FaultScript } from '../../../infra/local/sandbox/index.ts';
import { BANNED, NOBODY_IS_KNOWN } from '../../laws/trespasses.ts';
import type { Draw } from '../life/draw.ts';
import type { Leaving, Sickness } from '../life/stage.ts';
import { castOf, type Stage } from '../life/stage.ts';

const MINUTE = 60_000;

/** The provider answers as to a key that it does not know. @param keyId only to what this key signs */
export const unknownTo = (stage: Stage, keyId?: string): FaultScript => ({
  match: keyId === undefined ? {} : { keyId },
  fault: castOf(stage).unknownKey,
  name: NOBODY_IS_KNOWN,
});

/** Whether something begins with this exchange. */
type Begins = (stage: Stage, leaving: Leaving) => boolean;

const isCall = ({ call }: Leaving): boolean => call.method !== 'GET';

/** When something may begin: before the first probe, at the call, or with the first probe after it. */
export const BEGINNINGS = {
  'from the beginning': () => true,
  'from the call on': (_stage, leaving) => isCall(leaving),
  'after the call': (stage, leaving) => stage.calls() > 0 && !isCall(leaving),
} as const satisfies Readonly<Record<string, Begins>>;

/** One of these, or any exchange that comes early. */
const drawBeginning = ({ among, whole }: Draw): readonly [says: string, begins: Begins] => {
  const skipped = whole(1, 6);
  return among<readonly [string, Begins]>([
    ...Object.entries(BEGINNINGS),
    [`after ${skipped} exchanges`, (stage) => stage.exchanges() >= skipped],
  ]);
};

/** Something that lasts so many milliseconds from one exchange on. */
const lasting = (lastsMs: number, begins: Begins): Begins => {
  let begunAt: number | undefined;
  return (stage, leaving) => {
    if (begunAt === undefined && begins(stage, leaving)) begunAt = leaving.at;
    return begunAt !== undefined && leaving.at < begunAt + lastsMs;
  };
};

/** The same, beginning at an exchange that is drawn. */
export const forATime = (draw: Draw, lastsMs: number): readonly [says: string, isOn: Begins] => {
  const [when, begins] = drawBeginning(draw);
  return [`${lastsMs} ms ${when}`, lasting(lastsMs, begins)];
};

/** Keys of the target's account. */
const accountKeys = ({ sandbox, strangerId }: Stage): readonly string[] =>
  sandbox.keyIds().filter((id) => id !== strangerId);

/** No key is known for so many milliseconds. */
export const outageFor = (lastsMs: number, when: keyof typeof BEGINNINGS): Sickness => {
  const isOn = lasting(lastsMs, BEGINNINGS[when]);
  return {
    says: `nobody is known for ${lastsMs} ms ${when}`,
    meets: (stage, leaving) => (isOn(stage, leaving) ? [unknownTo(stage)] : []),
  };
};

/** For a time, from 1 s to half an hour, no key is known. */
export const outageOfAll = (draw: Draw): Sickness => {
  const [says, isOn] = forATime(draw, draw.ms(1_000, 30 * MINUTE));
  return {
    says: `nobody is known for ${says}`,
    meets: (stage, leaving) => (isOn(stage, leaving) ? [unknownTo(stage)] : []),
  };
};

/** The same for the keys of one account. */
export const outageOfAccount = (draw: Draw): Sickness => {
  const [says, isOn] = forATime(draw, draw.ms(1_000, 30 * MINUTE));
  return {
    says: `no key of the account is known for ${says}`,
    meets: (stage, leaving) => (isOn(stage, leaving) ? accountKeys(stage).map((keyId) => unknownTo(stage, keyId)) : []),
  };
};

/** The replies to the first calls are lost: what was asked for is done, or is not, or is done later. */
export const lostCalls = ({ whole, among }: Draw): Sickness => {
  const times = whole(1, 3);
  const fault = among<FaultScript['fault']>([
    { kind: 'dropBefore' },
    { kind: 'dropAfter' },
    { kind: 'hang' },
    { kind: 'hangAfter' },
    { kind: 'late', ms: 3_000 },
  ]);
  return {
    says: `${times} calls without a reply (${fault.kind})`,
    meets: (stage, leaving) => (isCall(leaving) && stage.calls() < times ? [{ match: {}, fault }] : []),
  };
};

/** The provider accepts calls and does not carry them out. */
export const droppedJobs = ({ among }: Draw): Sickness => {
  const times = among([1, 2, 3, 4, Number.POSITIVE_INFINITY]);
  return {
    says: `${times} calls accepted and never applied`,
    meets: (stage, leaving) =>
      isCall(leaving) && stage.calls() < times && stage.accepted
        ? [{ match: {}, fault: { kind: 'reply', ...stage.accepted } }]
        : [],
  };
};

/** A ban of our address, for a time; Bybit documents ten minutes. */
export const banOfAddress = (draw: Draw): Sickness => {
  const [says, isOn] = forATime(draw, draw.ms(MINUTE, 15 * MINUTE));
  return { says: `banned for ${says}`, meets: (stage, leaving) => (isOn(stage, leaving) ? [BAN] : []) };
};

const BAN: FaultScript = {
  match: {},
  fault: { kind: 'reply', status: 403, body: 'access too frequent' },
  name: BANNED,
};

/** After some failed authentications our address is banned: with a page of its own, or with the answer to a key that is not known. */
export const banOfFailures = ({ whole, ms, among }: Draw): Sickness => {
  const most = whole(1, 6);
  const lastsMs = ms(10_000, 30 * MINUTE);
  const answered = among(['as banned', 'as unknown'] as const);
  let until = 0;
  return {
    says: `banned ${answered} for ${lastsMs} ms after ${most} failures`,
    meets: (stage, { at }) => {
      const { record } = stage.sandbox;
      const { target, world } = stage.world.seeded;
      const last = record.at(-1);
      const isFailure = last?.keyId === target && !stage.sandbox.isAlive(world, target);
      const failures = isFailure
        ? record.filter(({ keyId, at: then }) => keyId === target && then >= (stage.deletedAt() ?? 0))
        : [];
      if (failures.length >= most && until === 0) until = at + lastsMs;
      if (at >= until) return [];
      return [answered === 'as banned' ? BAN : unknownTo(stage)];
    },
  };
};
