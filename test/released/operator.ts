import { Command } from 'commander';
import { setUpPause } from '../../functions/operator/commands/pause.ts';
import { raiseBy } from '../../functions/operator/deployment/raise-limit.ts';
import { forget } from '../../functions/operator/stuck/forget.ts';
import type { Fixture } from './fixture.ts';
import type { Stage } from './stage.ts';

/** The operator's commands, run by their own code. Only the generator uses them. */
export interface Operator {
  /** Closes a request for good. @param crashed its message crashed the function until SQS set it aside */
  readonly forget: (requestId: string, options?: { readonly crashed?: boolean }) => Promise<void>;
  /** Allows that many more urgent calls in the next hour. */
  readonly raise: (provider: 'bybit' | 'kalshi' | 'requesty', count: number) => Promise<void>;
  readonly pause: () => Promise<void>;
}

const HOUR_MS = 3_600_000;

/** What the commands need of AWS: a mapping that can be switched, and a queue that counts nothing. */
const awsOf = () => {
  let isOn = true;
  return {
    lambda: {
      send: async ({ input }: { readonly input: { readonly Enabled?: boolean } }) => {
        isOn = input.Enabled ?? isOn;
        return { State: isOn ? 'Enabled' : 'Disabled' };
      },
    },
    sqs: { send: async () => ({ Attributes: {} }) },
  };
};

export const operatorOn = ({ product, table, clock }: Stage, { limits, mode }: Fixture['config']): Operator => {
  const { ledger, newId } = product.ports;
  const card = { ledgerTable: 'ledger', limits, mode, requestsQueueUrl: '', eventSourceMappingId: '' };
  const deployed = { card, clock, ledger, documents: table.client, newId, ...awsOf() } as never;
  const by = { by: 'alex', reason: 'closed with the desk' };
  return {
    forget: async (requestId, { crashed = false } = {}) => {
      await forget(deployed, { requestId, attempt: 1, crashed }, { at: clock.now(), ...by });
    },
    raise: (provider, count) => raiseBy(deployed, { provider, count, until: (clock.now() + HOUR_MS) as never }),
    pause: async () => {
      const terminal = { width: 80, show: () => undefined, print: () => undefined };
      const context = {
        ...{ environment: {}, clock, terminal },
        ...{ deployed: async () => deployed, print: () => undefined },
      };
      const command = new Command('pause');
      setUpPause(command, context as never);
      await command.parseAsync(['--reason', by.reason, '--by', by.by], { from: 'user' });
    },
  };
};
