import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Receipt } from '../../../functions/core/receipt.ts';
import { ROOT } from '../../constructs/functions/bundling.ts';
import { forEachSandbox, SANDBOX_NAMES, type SandboxName } from '../sandbox/index.ts';
import { guide, variablesFor } from './guide.ts';
import { step } from './progress.ts';
import { receiptLines } from './results/receipt-lines.ts';
import { makeSamples } from './sample-keys.ts';
import { store } from './stage/send-request.ts';
import { openStage, type Stage } from './stage/stage.ts';
import { subscribeQueue, watchReceipts } from './stage/watch-receipts.ts';

export const FIRST_PORT = 4600;

/** Where everything listens, on 127.0.0.1: AWS on the first port, the sandboxes on those behind it, and then the page. */
export const portsFrom = (first: number): Readonly<Record<'aws' | SandboxName, number>> => ({
  aws: first,
  ...forEachSandbox((name) => first + 1 + SANDBOX_NAMES.indexOf(name)),
});

/** The last first port that leaves room for the sandboxes and the page. */
export const LAST_FIRST_PORT = 65_535 - SANDBOX_NAMES.length - 1;

/** The guide's tag expires so long after the start: later than the credential, sooner than a reader's patience. */
const EXPIRES_IN_MS = 300_000;

/** The command line shows its page of the local run. It runs beside the sandboxes, on the port behind theirs. */
const startConsole = (stage: Stage, port: number): ChildProcess =>
  spawn(process.execPath, [join(ROOT, 'functions/operator/main.ts'), 'console', '--quiet', '--port', String(port)], {
    // Nothing else of the environment: a profile of the reader's would go before these.
    env: variablesFor(stage),
    stdio: ['ignore', 'inherit', 'inherit'],
  });

const show = (receipt: Receipt): void =>
  console.log(receiptLines(receipt, new Date(), process.stdout.columns || undefined).join('\n'));

const serveOn = async (stage: Stage, stop: AbortSignal, firstPort: number): Promise<void> => {
  const samples = makeSamples(stage.sandboxes);
  await Promise.all(samples.map(({ provider, stored }) => store(stage, provider, stored)));
  const receiptsUrl = await subscribeQueue(stage.clients, 'receipts', stage.outputs.ResultsTopicArn);
  const receipts = await watchReceipts(stage, show);
  const expiresAt = new Date(Date.now() + EXPIRES_IN_MS);
  console.log(`\n${guide({ ...stage, samples, receiptsUrl, expiresAt })}\n\nReceipts, as they come (Ctrl-C stops):`);
  const page = startConsole(stage, firstPort + 1 + SANDBOX_NAMES.length);
  if (!stop.aborted) await once(stop, 'abort');
  // A Ctrl-C in a terminal has reached it already.
  if (page.exitCode === null && page.kill('SIGINT')) await once(page, 'close');
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
    await serveOn(stage, stop, firstPort);
  } finally {
    await stage.close();
  }
};
