// Runs in a process of its own: imports the handler named by its arguments and calls it once per message, one at a time.
import { pathToFileURL } from 'node:url';
import { reportOf } from './function-error.ts';
import { lambdaContext } from './lambda-context.ts';
import type { Invocation, Note, WorkerReply } from './worker-messages.ts';

const [modulePath = '', exportName = ''] = process.argv.slice(2);
const tell = (reply: WorkerReply): void => void process.send?.(reply);

type Handler = (event: unknown, context: unknown) => unknown;

const load = async (): Promise<Handler> => {
  const module: Readonly<Record<string, unknown>> = await import(pathToFileURL(modulePath).href);
  const handler = module[exportName];
  if (typeof handler === 'function') return handler as Handler;
  throw new Error(`Cannot call "${exportName}" of ${modulePath}, wanted an exported function`);
};

const answer = async (handler: Handler, { event, deadline }: Invocation): Promise<WorkerReply> => {
  const { AWS_LAMBDA_FUNCTION_NAME: name = '', AWS_LAMBDA_FUNCTION_MEMORY_SIZE: memory } = process.env;
  try {
    return { kind: 'answered', result: await handler(event, lambdaContext(name, Number(memory), deadline)) };
  } catch (error) {
    return { kind: 'failed', ...reportOf(error) };
  }
};

process.on('disconnect', () => process.exit());
try {
  const handler = await load();
  const isInvocation = (message: Invocation | Note): message is Invocation => message.kind === 'invoke';
  process.on('message', (message: Invocation | Note) => {
    if (isInvocation(message)) void answer(handler, message).then(tell);
  });
  tell({ kind: 'ready' });
} catch (error) {
  tell({ kind: 'failed', ...reportOf(error) });
}
