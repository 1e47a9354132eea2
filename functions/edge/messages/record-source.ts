import type { SQSClient } from '@aws-sdk/client-sqs';
import { LANES, type Lane } from '../../core/lane.ts';
import { type Hide, hideIn, isFromQueue } from './visibility.ts';

/** The queue that handed a record out. */
export interface RecordSource {
  /** Absent where one queue serves all lanes. */
  readonly lane: Lane | undefined;
  readonly hide: Hide;
}

/** Finds the queue that a record says it comes from. `undefined`: it is none of ours. */
export type SourceOf = (record: unknown) => RecordSource | undefined;

/** @param queueUrls by lane; lanes may share a queue */
export const sourceIn = (sqs: SQSClient, queueUrls: Readonly<Record<Lane, string>>): SourceOf => {
  const all = LANES.map((lane) => ({ lane, isFrom: isFromQueue(queueUrls[lane]), hide: hideIn(sqs, queueUrls[lane]) }));
  return (record) => {
    const [found, ...others] = all.filter(({ isFrom }) => isFrom(record));
    return found && { lane: others.length === 0 ? found.lane : undefined, hide: found.hide };
  };
};
