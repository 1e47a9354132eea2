import type { AttemptContext } from '../attempt/round.ts';
import type { RequestItem } from '../ledger/request-item.ts';
import { askControl } from './ask-control.ts';
import type { ResolvedTarget } from './resolve-target.ts';
import type { Run } from './run.ts';

/** What a delivery works with once its target is resolved. */
export const contextOf = (run: Run, item: RequestItem, { pin, order }: ResolvedTarget): AttemptContext => {
  const { ports, provider, request, asking, holder } = run;
  return {
    ...{ ports, provider, item, request, pin, order, asking, holder },
    askControl: (...beside) => askControl(run, { pin, order }, ...beside),
  };
};
