interface Event {
  readonly wanted: string;
}
interface Context {
  readonly functionName: string;
  readonly awsRequestId: string;
  getRemainingTimeInMillis(): number;
}

const ANSWERS: Readonly<Record<string, (context: Context) => unknown>> = {
  environment: () => process.env,
  context: (context) => ({
    name: context.functionName,
    requestId: context.awsRequestId,
    remaining: context.getRemainingTimeInMillis(),
  }),
  process: () => process.pid,
  nothing: () => undefined,
  lines: () => [console.log('to stdout\nand more'), console.error('to stderr')].length,
  error: () => {
    throw new TypeError('Cannot do that');
  },
  exit: () => process.exit(3),
  forever: () => new Promise((resolve) => setTimeout(resolve, 1e8)),
  busy: () => {
    for (;;);
  },
};

/** Does what the event wants, so that a test can see how the runtime takes it. */
export const handler = async ({ wanted }: Event, context: Context): Promise<unknown> => ANSWERS[wanted]?.(context);
