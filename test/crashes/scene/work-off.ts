import { ChangeMessageVisibilityCommand } from '@aws-sdk/client-sqs';
import type { SQSEvent } from 'aws-lambda';
import { failedRecords } from '../../../infra/local/lambda/batch-response.ts';
import { type EventSourceOptions, eventSource, type Mapping } from '../../../infra/local/lambda/event-source.ts';
import { periodOf, ticker } from '../../../infra/local/lambda/schedule.ts';
import { drawFate, NO_FATE } from '../chance/fate.ts';
import { randomFrom } from '../chance/random.ts';
import { type Deliveries, orderNumberOf } from '../orders/deliveries.ts';
import { laneUrls, type Scene, START } from './scene.ts';
import type { Witness } from './witness.ts';

export interface Run {
  readonly scene: Scene;
  readonly witness: Witness;
  readonly deliveries: Deliveries;
  readonly seed: string;
}

/** Far longer than any request may stay open here: what goes round by then would for ever, and is told as left behind. */
const LONGEST_MS = 12 * 3_600_000;

/** So many deliveries of an order come when they may. The later ones come late, as queues do, so that an hour takes few processes. */
const PROMPT = 8;
const LATE_SECONDS = 600;

/** Has a message that comes again come late. */
const postpone = async (
  { queueUrl, client }: Pick<Mapping, 'queueUrl'> & Pick<EventSourceOptions, 'client'>,
  event: SQSEvent,
  response: unknown,
): Promise<void> => {
  const ids = event.Records.map(({ messageId }) => messageId);
  const failed = failedRecords(response, ids);
  for (const { messageId, receiptHandle: ReceiptHandle } of event.Records) {
    const late = { QueueUrl: queueUrl, ReceiptHandle, VisibilityTimeout: LATE_SECONDS };
    if (failed.includes(messageId)) await client.send(new ChangeMessageVisibilityCommand(late));
  }
};

/** Works off the queues of the lanes, each delivery in a process of its own, until nothing comes any more. */
export const workOff = ({ scene, witness, deliveries }: Run): Promise<void> => {
  const { time, clients, deployment } = scene;
  // A fate is that of one order, so messages are handed over one by one.
  const mappings = laneUrls(scene).flatMap((url) =>
    deployment.mappings.filter(({ queueUrl }) => queueUrl === url).map((mapping) => ({ ...mapping, batchSize: 1 })),
  );
  if (mappings.length !== laneUrls(scene).length)
    throw new Error('Cannot find an event source mapping for each lane in the template');
  const deliverOne = async (): Promise<boolean> => {
    let n = 0;
    const worker = await scene.open('revoke', (line) => witness.line(n, line));
    const invokeFor =
      ({ queueUrl }: Mapping) =>
      async (event: unknown): Promise<unknown> => {
        n = orderNumberOf(event);
        const fate = deliveries.fateOf(event);
        const response = await deliveries.count(fate, worker.run(event, fate));
        if (deliveries.fatesOf(n).length > PROMPT)
          await postpone({ queueUrl, client: clients.sqs }, event as SQSEvent, response);
        return response;
      };
    const sources = mappings.map((mapping) =>
      eventSource(mapping, { client: clients.sqs, invoke: invokeFor(mapping) }),
    );
    const isAnyDelivered = async (): Promise<boolean> => {
      for (const source of sources) if ((await source.once()).received.length > 0) return true;
      return false;
    };
    try {
      while (!(await isAnyDelivered())) if (!(await time.idle())) return false;
      return true;
    } finally {
      await worker.close();
    }
  };
  return time.work(async () => {
    while (time.now() < START + LONGEST_MS && (await deliverOne()));
  });
};

/** Has the sweep look for expiry tags at each tick of its schedule until that instant. Every other one may die. */
export const keepSweeping = async ({ scene, witness, deliveries, seed }: Run, until: number): Promise<void> => {
  const { time, deployment } = scene;
  const [schedule] = deployment.schedules;
  if (schedule === undefined) throw new Error('Cannot find a schedule in the template');
  const sweepOnce = async (event: unknown, n: number): Promise<unknown> => {
    const fate = n % 2 === 0 ? NO_FATE : drawFate(randomFrom(`${seed} sweep ${n}`));
    const worker = await scene.open('sweep', (line) => witness.line(0, line));
    return deliveries.count(fate, worker.run(event, fate));
  };
  await time.work(async () => {
    for (let n = 1; time.now() <= until; n += 1) {
      const { tick } = ticker(schedule, { invoke: (event) => sweepOnce(event, n), now: time.now });
      await tick().catch(() => undefined); // one that died is counted already
      time.stir();
      await time.until(time.now() + periodOf(schedule.expression));
    }
  });
};
