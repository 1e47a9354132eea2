import { type ControlSecretsItem, controlSecretsKey } from '../ledger/control-items.ts';
import type { Pin } from '../ledger/request-item.ts';
import type { Ports } from '../ports.ts';
import { CONTROL_LOST } from '../receipts/sentences.ts';

/** The target's own secret; `undefined` if the request names only the key. */
export const targetSecretOf = (pin: Pick<Pin, 'self' | 'signer' | 'target'> | undefined): string | undefined =>
  pin?.self ? pin.signer.arn : pin?.target?.arn;

/**
 * What an account loses if its control key is deleted. The tag itself neither holds a delete back nor changes it.
 *
 * @returns the sentence for a plan or for an end; none if the target's secret is not tagged as a control key
 * @throws Unavailable if the ledger does not answer
 */
export const controlLoss = async (
  { ledger }: Ports,
  provider: string,
  pin: Pin,
  at: keyof typeof CONTROL_LOST,
): Promise<readonly string[]> => {
  const arn = targetSecretOf(pin);
  if (arn === undefined) return [];
  const item = await ledger.read<ControlSecretsItem>(controlSecretsKey(provider));
  return item?.arns.includes(arn) ? [CONTROL_LOST[at]] : [];
};
