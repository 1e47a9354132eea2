import { vi } from 'vitest';
import type { Delivery } from '../../functions/core/delivery.ts';
import { after, later } from '../../functions/core/epoch.ts';
import type { CaseItem } from '../../functions/core/ledger/case-item.ts';
import type { Receipt } from '../../functions/core/receipt.ts';
import type { RevocationRequest } from '../../functions/core/request/revocation-request.ts';
import { revoke } from '../../functions/core/revoke/revoke.ts';
import { TIMING } from '../../functions/core/timing.ts';
import { awsOutbox } from '../../functions/edge/messages/outbox.ts';
import { logAs } from '../../functions/edge/telemetry/log.ts';
import { measuring } from '../../functions/edge/telemetry/metrics.ts';
import { fieldsOf, shown } from '../../functions/operator/commands/stuck/in-words.ts';
import { nextLines } from '../../functions/operator/commands/stuck/next-lines.ts';
import { refuseSecrets } from '../../functions/operator/leak-check.ts';
import { caseLines, caseShown } from '../../functions/operator/show/case-lines.ts';
import { endLines } from '../../functions/operator/show/receipt-lines.ts';
import { stuckOf } from '../../functions/operator/stuck/stuck-copy.ts';
import type { Terminal } from '../../functions/operator/terminal/terminal.ts';
import * as PROVIDERS from '../../functions/providers/index.ts';
import type { Memory } from '../functions/core/memory-ports.ts';

/** What became of one message, and everything that left the function meanwhile. */
export interface Played {
  /** The final one. `undefined` where the request still waits. */
  readonly receipt: Receipt | undefined;
  /** As the ledger holds it. */
  readonly request: RevocationRequest | undefined;
  /** Every text that a person or another program could read, by where it stands. */
  readonly outputs: Readonly<
    Record<'printed' | 'sent' | 'ledger' | 'queued' | 'tags' | 'operator' | 'command line', string>
  >;
}

/** Deliveries of one message, and readings of its settle window. */
const MOST = 14;
const OWN_ROLE = 'AROAOWNROLE:function';

const delivery = (memory: Memory, body: string, sender: string, receiveCount: number): Delivery => {
  const now = memory.clock.now();
  const deadline = after(now, TIMING.recordMs);
  return { messageId: 'message-of-the-corpus', body, sender, sentAt: now, receiveCount, deadline };
};

/** Delivers until the message is done, and then what the function put on its queue. */
const deliverAll = async (memory: Memory, body: string): Promise<void> => {
  const { ports, clock, enqueued } = memory;
  for (let count = 1; count <= MOST; count += 1) {
    const verdict = await revoke(ports, delivery(memory, body, 'AROASENDER:jane', count));
    if (verdict.done) break;
    clock.forward(later(clock.now(), verdict.notBefore) - clock.now());
  }
  for (let at = 0; at < Math.min(enqueued.length, MOST); at += 1) {
    const { body: look = '', delaySeconds = 0 } = enqueued[at] ?? {};
    clock.forward(delaySeconds * 1_000);
    await revoke(ports, delivery(memory, look, OWN_ROLE, 1));
  }
};

/** AWS takes everything, and what it was sent is kept. */
const listening = (heard: string[]) =>
  ({
    config: {},
    send: async ({ input }: { readonly input: unknown }) => {
      heard.push(JSON.stringify(input));
      return {};
    },
  }) as never;

/** The real outbox and the real log in place of those in memory, which keep what passes as well. */
const withEdge = (memory: Memory, heard: string[]): void => {
  const { ports } = memory;
  const client = listening(heard);
  const log = logAs('corpus', measuring('corpus', PROVIDERS, ports.clock).metricsOf);
  const outbox = awsOutbox({
    ...{ sqs: client, sns: client, events: client, log },
    queueUrls: { requests: 'q', urgent: 'u', rechecks: 'c' },
    ...{ stuckQueueUrl: 's', resultsTopicArn: 'r', notificationsTopicArn: 'n', busName: 'b' },
  });
  const inMemory = ports.outbox;
  ports.log = log;
  ports.outbox = {
    ...inMemory,
    publish: async (receipt) => {
      await inMemory.publish(receipt);
      await outbox.publish(receipt);
    },
    setAside: async (body, attributes) => {
      await inMemory.setAside(body, attributes);
      await outbox.setAside(body, attributes);
    },
  };
};

const PLAIN = { width: undefined, style: (_style: unknown, text: string) => text } as unknown as Terminal;

/** What an operator reads of the stuck queue, of the receipts and of the keys. */
const forOperators = ({ aside, published, items }: Memory): readonly string[] => {
  const stuck = aside.map(({ body, attributes }) => {
    const values = Object.entries(attributes).map(([name, text]) => [name, { DataType: 'String', StringValue: text }]);
    return stuckOf(PROVIDERS, { Body: body, MessageId: 'm', MessageAttributes: Object.fromEntries(values) });
  });
  const cases = [...items].flatMap(([name, item]) => (name.startsWith('case#') ? [item as unknown as CaseItem] : []));
  return [
    ...stuck.map((one) => JSON.stringify([shown(PROVIDERS, one), fieldsOf(PROVIDERS, one), nextLines(PROVIDERS, one)])),
    ...published.flatMap((receipt) => endLines(PLAIN, receipt)),
    ...cases.flatMap((item) => [JSON.stringify(caseShown(item)), ...caseLines(PLAIN, item)]),
  ];
};

/** What the command line answers to the text as a word. */
const asWord = (text: string): string => {
  try {
    refuseSecrets(PROVIDERS, ['request', '--reference', text]);
    return '';
  } catch (error) {
    return String(error);
  }
};

/** Carries a body the whole way, from its parsing to its receipt and what comes after, and keeps whatever leaves. */
export const play = async (memory: Memory, body: string): Promise<Played> => {
  const [printed, sent]: [string[], string[]] = [[], []];
  const keep = (chunk: unknown) => printed.push(String(chunk)) > 0;
  const spies = [process.stdout, process.stderr].map((stream) => vi.spyOn(stream, 'write').mockImplementation(keep));
  try {
    withEdge(memory, sent);
    await deliverAll(memory, body);
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
  const { items, published, enqueued, tags } = memory;
  const claimed = [...items].find(([name]) => /^(?:request|plan)#/.test(name))?.[1];
  return {
    receipt: published.findLast(({ final }) => final),
    request: claimed?.['request'] as RevocationRequest | undefined,
    outputs: {
      printed: printed.join('\n'),
      sent: sent.join('\n'),
      ledger: JSON.stringify([...items]),
      queued: JSON.stringify(enqueued),
      tags: JSON.stringify(tags),
      operator: forOperators(memory).join('\n'),
      'command line': asWord(body),
    },
  };
};
