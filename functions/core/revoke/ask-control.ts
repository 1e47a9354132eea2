import { endIn, mayBeAbsent } from '../answer.ts';
import { killOf } from '../attempt/call-guards.ts';
import type { AttemptContext, ControlReading } from '../attempt/round.ts';
import { after, type EpochMs } from '../epoch.ts';
import { asResult } from '../ledger/attempt-result.ts';
import {
  type ControlKeyItem,
  type ControlSecretsItem,
  controlKeyKey,
  controlSecretsKey,
} from '../ledger/control-items.ts';
import { keyName } from '../ledger/keys.ts';
import { updateItem } from '../ledger/update-item.ts';
import type { Ports } from '../ports.ts';
import { askOver, isUnasked } from '../probe/ask.ts';
import type { Asking } from '../probe/host-limits.ts';
import type { AnsweredQuestion } from '../probe/round-verdict.ts';
import type { Provider } from '../provider.ts';
import { evidenceOf } from '../receipt.ts';
import { HOUR_MS, SECOND_MS } from '../timing.ts';
import { openCredential } from './open-credential.ts';
import type { ResolvedTarget } from './resolve-target.ts';

/** One acceptance serves all keys of the account whose absences lie within this time of it. */
const SHARED_MS = 30 * SECOND_MS;

/** A key that has been refused for longer than this is no control key any more. */
const REFUSED_MS = HOUR_MS;

/** So many control keys are asked for one reading, unless it is a search. */
const MOST_ASKED = 3;

const NOTHING: ControlReading = { saw: 'nothing', evidence: [] };

/** A secret with a control key, and how that key was answered last. */
interface Candidate {
  readonly arn: string;
  readonly known: ControlKeyItem | undefined;
}

/** What a control key is asked with. */
interface Asks {
  readonly ports: Ports;
  readonly provider: Provider;
  readonly asking: Asking;
}

type Beside = Parameters<AttemptContext['askControl']>;

/** The control keys that were accepted beside the target before come first. */
const candidatesFor = async (
  { ports: { ledger }, provider }: Asks,
  isLinked: (name: string | undefined) => boolean,
): Promise<readonly Candidate[]> => {
  const { arns = [] } = (await ledger.read<ControlSecretsItem>(controlSecretsKey(provider.name))) ?? {};
  const all = await Promise.all(
    arns.map(async (arn) => ({ arn, known: await ledger.read<ControlKeyItem>(controlKeyKey(arn)) })),
  );
  const rank = ({ known }: Candidate): number => (isLinked(known?.keyName) ? 0 : known ? 2 : 1);
  return all.toSorted((a, b) => rank(a) - rank(b));
};

interface Asked extends AnsweredQuestion {
  readonly keyName: string;
}

/** Asks one control key about itself. `undefined`: it cannot speak for the target, or it was not answered. */
const askKey = async (
  { ports, provider, asking }: Asks,
  { pin, order: { target, signer } }: Pick<ResolvedTarget, 'pin' | 'order'>,
  arn: string,
  facts: Beside[1],
): Promise<Asked | undefined> => {
  const hostOf = (environment: string): string | undefined => provider.environments[environment]?.host;
  const { credential } = await openCredential(ports, provider, arn, 'AWSCURRENT');
  const isOther = (keyId: string): boolean => keyId !== target.keyId && keyId !== signer.keyId;
  if (hostOf(credential.environment) !== hostOf(signer.environment)) return undefined;
  if (credential.keyId !== undefined && !isOther(credential.keyId)) return undefined;
  const question = provider.control?.(credential, { keyId: target.keyId, self: target.self, facts });
  const said = question && (await askOver(asking, question));
  if (question === undefined || said === undefined || isUnasked(said)) return undefined;
  const keyId = credential.keyId ?? said.answer.facts?.['keyId'];
  if (keyId === undefined || !isOther(keyId)) return undefined;
  const name = keyName(provider.name, pin.realm, keyId);
  // A key that this product has deleted is refused for that reason.
  return (await killOf(ports, name)) === undefined ? { question, ...said, keyName: name } : undefined;
};

const isAccepted = ({ answer: { saw } }: Asked): boolean => saw === 'alive' || saw === 'listed';

const isRefused = ({ answer }: Asked): boolean => mayBeAbsent(answer) || endIn(answer) === 'stuck/credential-refused';

/** Writes how a control key was answered. @returns since when it has been refused */
const note = async ({ ports }: Asks, arn: string, asked: Asked): Promise<EpochMs | undefined> => {
  const now = ports.clock.now();
  const written = await updateItem<ControlKeyItem>(ports, controlKeyKey(arn), (current) => {
    const before = current?.keyName === asked.keyName ? current : undefined;
    const { keyName: name } = asked;
    if (isAccepted(asked)) return { keyName: name, acceptedAt: now, refusedSince: undefined };
    return isRefused(asked) ? { keyName: name, ...before, refusedSince: before?.refusedSince ?? now } : undefined;
  });
  return written?.refusedSince;
};

/** Whether the last acceptance of a control key still counts: it came after the first absence, and not long ago. */
const isShared = (known: ControlKeyItem | undefined, since: Beside[2], now: EpochMs): boolean =>
  known?.acceptedAt !== undefined &&
  typeof since === 'number' &&
  known.acceptedAt >= since &&
  now <= after(known.acceptedAt, SHARED_MS);

/** What one answer shows. @param isLinked the key was accepted beside the target before */
const readingOf = async (asks: Asks, arn: string, asked: Asked, isLinked: boolean): Promise<ControlReading> => {
  const { clock } = asks.ports;
  const { answer, question, keyName: name } = asked;
  const refusedSince = await note(asks, arn, asked);
  const evidence = [evidenceOf(clock.now(), 'probe', question, answer)];
  const isSame = isLinked || answer.saw === 'listed' || answer.facts?.['sameAccount'] === 'yes';
  if (isAccepted(asked) && isSame)
    return { saw: 'accepted', keyName: name, evidence, ...(answer.saw === 'listed' && { listed: asked }) };
  const isYoung = refusedSince !== undefined && clock.now() < after(refusedSince, REFUSED_MS);
  return { saw: isLinked && isYoung ? 'refused' : 'nothing', evidence };
};

/**
 * Asks whether the provider accepts another key of the target's account at this moment. Only secrets with the tag `key-revoker:control` are
 * opened, and their keys are only asked about themselves. A secret that cannot be opened is passed over.
 *
 * @throws Unavailable if the ledger does not answer
 */
export const askControl = async (
  asks: Asks,
  resolved: Pick<ResolvedTarget, 'pin' | 'order'>,
  ...[{ controls = [] }, facts, since]: Beside
): Promise<ControlReading> => {
  if (asks.provider.control === undefined) return NOTHING;
  const isLinked = (name: string | undefined): boolean => name !== undefined && controls.includes(name);
  let reading = NOTHING;
  const candidates = await candidatesFor(asks, isLinked);
  for (const { arn, known } of since === 'search' ? candidates : candidates.slice(0, MOST_ASKED)) {
    if (isLinked(known?.keyName) && isShared(known, since, asks.ports.clock.now()))
      return { ...reading, saw: 'accepted', keyName: known?.keyName };
    const asked = await askKey(asks, resolved, arn, facts).catch((error: unknown) => {
      // Rethrows a defect of ours.
      asResult(error);
      return undefined;
    });
    if (asked === undefined) continue;
    const next = await readingOf(asks, arn, asked, isLinked(asked.keyName));
    const evidence = [...reading.evidence, ...next.evidence];
    if (next.saw === 'accepted') return { ...next, evidence };
    reading = { saw: next.saw === 'refused' ? 'refused' : reading.saw, evidence };
  }
  return reading;
};
