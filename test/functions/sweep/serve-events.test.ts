import type { SQSEvent } from 'aws-lambda';
import { expect, it } from 'vitest';
import { Unavailable } from '../../../functions/core/fault.ts';
import { isQueueEvent, serveEvents } from '../../../functions/sweep/serve-events.ts';
import { CONFIG, memoryPorts } from '../core/memory-ports.ts';

const ARN = `${CONFIG.secretArns}key-revoker/`;

const record = (messageId: string, name: string) => ({
  messageId,
  body: JSON.stringify({
    ...{ source: 'aws.secretsmanager', 'detail-type': 'Secret Label Updated' },
    resources: [`${ARN}${name}-AbCdEf`],
  }),
});

const eventOf = (...Records: readonly object[]): SQSEvent => ({ Records }) as unknown as SQSEvent;

it('gives back only what failed, and names no event in the log', async () => {
  const memory = memoryPorts();
  const { describe } = memory.ports.vault;
  memory.ports.vault = {
    ...memory.ports.vault,
    describe: (id) => (id.includes('/b-') ? Promise.reject(new Unavailable('down')) : describe(id)),
  };
  const answer = await serveEvents(
    memory.ports,
    900_000,
    eventOf(record('1', 'a'), record('2', 'b'), record('3', 'c')),
  );
  expect(answer).toEqual({ batchItemFailures: [{ itemIdentifier: '2' }] });
  expect(memory.lines).toEqual([['secret event failed', { problem: 'Unavailable' }]]);
});

it('drops what is no event, and says so', async () => {
  const memory = memoryPorts();
  const odd = { messageId: '1', body: undefined };
  expect(await serveEvents(memory.ports, 900_000, eventOf(odd))).toEqual({ batchItemFailures: [] });
  expect(memory.lines).toEqual([['secret event', { led: 'no event' }]]);
});

it.each([
  [{ Records: [] }, true],
  [{ source: 'aws.scheduler' }, false],
  [{ Records: 'x' }, false],
  [null, false],
  ['x', false],
])('tells messages of a queue from a tick: %j', (event, is) => expect(isQueueEvent(event)).toBe(is));
