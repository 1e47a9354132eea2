import { toIso } from '../../core/epoch.ts';
import { isGone, needsPerson } from '../../core/outcome.ts';
import { sentence } from '../../core/receipts/sentences.ts';
import type { StoredKey } from '../deployment/keys.ts';
import type { Finished } from '../requests/finished.ts';
import { forbidding } from '../requests/forecast.ts';
import { Failure } from '../terminal/failure.ts';

/** The state of a key: well, well with a warning, or wrong. */
export interface Diagnosis {
  readonly verdict: 'well' | 'note' | 'wrong';
  readonly says: readonly string[];
}

/** What is found; where AWS cannot be asked, a warning that says why. */
export const orNote = async (find: () => Promise<Diagnosis>): Promise<Diagnosis> => {
  try {
    return await find();
  } catch (error) {
    if (error instanceof Failure) return { verdict: 'note', says: [error.message] };
    throw error;
  }
};

const wrong = (...says: readonly string[]): Diagnosis => ({ verdict: 'wrong', says });

/** What is known before anything is asked; `undefined`: it has to be asked. */
export const foundBefore = ({ found }: StoredKey): Diagnosis | undefined => {
  const proved = found?.proved;
  if (proved === undefined) return undefined;
  return { verdict: 'note', says: [`Proved dead at ${toIso(proved.at)}: its secret is no longer needed`] };
};

/** Whether a plan was refused only for the kind of the key. */
export const isOfOtherKind = (plan: Finished | undefined): boolean =>
  plan?.ended?.plan?.outcome === 'refused/wrong-signer';

/** Whether it may come out otherwise if it is asked again: a limited rate, no reply. */
export const isUnsettled = (plan: Finished | undefined): boolean =>
  plan === undefined || plan.ended?.plan?.does === 'wait';

const NAME_IT = 'Name the secret of a key that can make the call in the tag key-revoker:signed-by';

/** What to do where a key cannot delete itself, and another one can. */
const nextOf = ({ request }: Finished, forecast: readonly string[]): readonly string[] =>
  request?.target === 'self' && forecast.some((text) => text.includes('can make the call')) ? [NAME_IT] : [];

const LOOK_THERE = 'Look in the provider’s web console. If the key is deleted there, its secret is no longer needed';

const ofPlan = (plan: Finished, isControl: boolean): Diagnosis => {
  const { ended, request } = plan;
  const { does, outcome, forecast = [] } = ended?.plan ?? {};
  if (does === 'wait') return wrong(ended?.why ?? '');
  if (outcome !== undefined && isGone(outcome)) return wrong(`Gone at the provider: ${sentence(outcome)}`);
  if (outcome !== undefined && needsPerson(outcome)) return wrong(sentence(outcome), ...forecast);
  if (forbidding(forecast).length > 0) {
    const says = [...forecast, ...nextOf(plan, forecast)];
    // A control key is read-only on purpose.
    return isControl ? { verdict: 'note', says } : wrong(...says);
  }
  const signer = request?.target === 'self' ? 'itself' : request?.secretId;
  const sent = `${request?.operation} would be sent, signed by ${signer}`;
  // A plan of a call claims no life: the provider is asked to delete what it does not know, too.
  if (plan.receipt.keyState === 'unknown') return wrong(`The provider does not know the key. ${sent}`, LOOK_THERE);
  const can = `Alive, and ${sent}`;
  return { verdict: forecast.length > 0 ? 'note' : 'well', says: [can, ...forecast] };
};

/** What a plan shows of the key; `undefined`: none came. @param isControl the key is kept as a control key */
export const diagnosisOf = (plan: Finished | undefined, isControl: boolean): Diagnosis => {
  if (plan === undefined) return wrong('The dry run did not finish in time');
  const { outcome, message } = plan.receipt;
  return outcome === 'planned' ? ofPlan(plan, isControl) : wrong(message);
};

/** A text that says why nothing could be asked. */
export const notAsked = (why: string): Diagnosis => wrong(why);
