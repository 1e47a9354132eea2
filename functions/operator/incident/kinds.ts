import { parseRequest } from '../../core/request.ts';
import type { Deployed } from '../connect.ts';
import type { Context } from '../context.ts';
import { plansOf } from '../plans.ts';
import type { Mark } from './mark.ts';

/** A provider that does not answer keeps nobody waiting for longer. */
const PATIENCE_MS = 30_000;

/** What a dry run is asked about a key that may be of two kinds: it is refused for the wrong one. */
const question = ({ provider, secret, versionId, operations }: Mark) => {
  const [operation] = operations;
  const body = { provider, operation, secretId: secret, secretVersion: versionId, target: 'self', reason: 'incident' };
  const parsed = parseRequest(JSON.stringify(body));
  return parsed.kind === 'request' ? parsed.request : undefined;
};

/**
 * Finds out by dry runs which keys are of which kind, where neither credential nor tags tell. Those that nobody answers for stay as they
 * are: the first delete that is refused for it is followed by the other.
 */
export const withKinds = async (
  context: Context,
  deployed: Deployed,
  marks: readonly Mark[],
): Promise<readonly Mark[]> => {
  const open = marks.flatMap((mark) => {
    const request = mark.operations.length > 1 ? question(mark) : undefined;
    return request === undefined ? [] : [{ mark, request }];
  });
  if (open.length === 0) return marks;
  const plans = await plansOf(
    context,
    deployed,
    open.map(({ request }) => request),
    {
      mostMs: PATIENCE_MS,
      onPlan: (count) => context.terminal.show(`Asking which keys are master keys: ${count} of ${open.length}`),
    },
  );
  const kinds = new Map(
    open.map(({ mark }, index) => {
      const { does, outcome } = plans[index]?.ended?.plan ?? {};
      const [first = '', ...others] = mark.operations;
      if (outcome === 'refused/wrong-signer') return [mark, others];
      return [mark, does === 'call' ? [first] : mark.operations];
    }),
  );
  return marks.map((mark) => ({ ...mark, operations: kinds.get(mark) ?? mark.operations }));
};
