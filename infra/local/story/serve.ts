import { once } from 'node:events';
import type { Receipt } from '../../../functions/core/receipt.ts';
import { forEachSandbox, SANDBOX_NAMES, type SandboxName } from '../sandbox/index.ts';
import { guide } from './guide.ts';
import { step } from './progress.ts';
import { receiptLines } from './results/receipt-lines.ts';
import { makeSamples } from './sample-keys.ts';
import { store } from './stage/send-request.ts';
import { openStage, type Stage } from './stage/stage.ts';
import { subscribeQueue, watchReceipts } from './stage/watch-receipts.ts';

export const FIRST_PORT = 4600;

/** Where everything listens, on 127.0.0.1: AWS on the first port, and the sandboxes on those behind it. */
export const portsFrom = (first: number): Readonly<Record<'aws' | SandboxName, number>> => ({
  aws: first,
  ...forEachSandbox((name) => first + 1 + SANDBOX_NAMES.indexOf(name)),
});

/** The last first port that leaves room for the sandboxes. */
export const LAST_FIRST_PORT = 65_535 - SANDBOX_NAMES.length;

/** The guide's tag expires so long after the start: later than the credential, sooner than a reader's patience. */
const EXPIRES_IN_MS = 300_000;

const show = (receipt: Receipt): void =>
  console.log(receiptLines(receipt, new Date(), process.stdout.columns || undefined).join('\n'));

const serveOn = async (stage: Stage, stop: AbortSignal): Promise<void> => {
  const samples = makeSamples(stage.sandboxes);
  await Promise.all(samples.map(({ provider, stored }) => store(stage, provider, stored)));
  const receiptsUrl = await subscribeQueue(stage.clients, 'receipts', stage.outputs.ResultsTopicArn);
  const receipts = await watchReceipts(stage, show);
  const expiresAt = new Date(Date.now() + EXPIRES_IN_MS);
  console.log(`\n${guide({ ...stage, samples, receiptsUrl, expiresAt })}\n\nReceipts, as they come (Ctrl-C stops):`);
  if (!stop.aborted) await once(stop, 'abort');
  await receipts.close();
};

/** @throws the error, in words of ours where another process has one of the ports */
const explained = (error: unknown): never => {
  const { code, port } = error as { readonly code?: unknown; readonly port?: unknown };
  if (code !== 'EADDRINUSE') throw error;
  throw new Error(`Cannot listen on 127.0.0.1:${port}: another program uses the port. Use --port`, { cause: error });
};

/** Keeps the stack up with keys and secrets to try it on, and shows receipts, until the signal is aborted. */
export const serve = async (stop: AbortSignal, firstPort: number): Promise<void> => {
  const stage = await step('The stack as synthesized, on emulated AWS; one sandbox per provider', () =>
    openStage({ ports: portsFrom(firstPort), signal: stop }).catch(explained),
  );
  try {
    await serveOn(stage, stop);
  } finally {
    await stage.close();
  }
};
