import type { Receipt } from '../../../functions/core/receipt.ts';
import type { Buses } from '../../../infra/local/aws/bus/buses.ts';
import type { Call } from '../../../infra/local/aws/protocol/call.ts';
import { digestOf } from '../../../infra/local/story/stage/watch-receipts.ts';
import type { Said } from '../../laws/evidence.ts';
import type { CrashOrder } from '../orders/crash-order.ts';
import { type Canary, canary } from './canary.ts';
import type { Scene } from './scene.ts';

/** Notes what the functions of a run send and write, and what is true at that instant. */
export interface Witness {
  readonly canary: Canary;
  readonly said: readonly Said[];
  readonly onBus: readonly string[];
  /** Has the keys of these orders looked at whenever a receipt goes out. */
  watch(scene: Pick<Scene, 'sandboxes' | 'time' | 'outputs'>, orders: readonly CrashOrder[]): void;
  hear(call: Call): void;
  listenTo(buses: Buses): void;
  /** Takes a line that a function wrote at work on the n-th order. */
  line(n: number, line: string): void;
  linesOf(n: number): readonly string[];
}

/** A function signs with its role; everybody else here is the run itself. */
const isByFunction = ({ headers }: Call): boolean => /Credential=AROA/.test(headers.authorization ?? '');

/** @param onEnd hears of each final receipt when it goes out for the first time */
export const witness = (onEnd: (ended: number) => void): Witness => {
  const listening = canary();
  const said: Said[] = [];
  const onBus: string[] = [];
  const ended = new Set<string>();
  const lines = new Map<number, string[]>();
  let topic: string | undefined;
  let look = (_receipt: Receipt): Omit<Said, 'receipt'> => ({ at: 0, isAlive: false, after: {} });

  const published = (message: string): void => {
    const receipt = JSON.parse(message) as Receipt;
    said.push({ receipt, ...look(receipt) });
    if (receipt.final && ended.size < ended.add(receipt.receiptId).size) onEnd(ended.size);
  };
  return {
    canary: listening,
    said,
    onBus,
    watch: ({ sandboxes, time, outputs }, orders) => {
      topic = outputs.ResultsTopicArn;
      const byDigest = new Map(orders.map((order) => [digestOf(order.keyId), order]));
      look = ({ key }) => {
        const order = byDigest.get(key?.digest ?? '');
        const isAlive = order !== undefined && sandboxes[order.provider].isAlive(order.world, order.keyId);
        const records = Object.entries(sandboxes).map(([provider, { record }]) => [provider, record.length] as const);
        return { at: time.now(), isAlive, after: Object.fromEntries(records) };
      };
    },
    hear: (call) => {
      if (!isByFunction(call)) return;
      const form = new URLSearchParams(call.service === 'sns' ? call.body : '');
      const message = form.get('Message') ?? '';
      // Only Secrets Manager may hear a secret, and calls to it are not seen here.
      listening.hear(`a call to ${call.service}`, `${call.body}\n${message}`);
      if (form.get('TopicArn') === topic) published(message);
    },
    listenTo: (buses) => {
      buses.listen((event) => {
        if (event['detail-type'] === 'Key Revocation Result') onBus.push(JSON.stringify(event.detail));
      });
    },
    line: (n, line) => {
      listening.hear('a line of a function', line);
      lines.set(n, [...(lines.get(n) ?? []), line]);
    },
    linesOf: (n) => lines.get(n) ?? [],
  };
};
