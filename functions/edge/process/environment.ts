import * as z from 'zod';
import type { Lane } from '../../core/lane.ts';
import type { Config } from '../../core/ports.ts';
import { secretArnsBeside } from '../../core/request/secret-reach.ts';
import { LONGEST_DELAY_SECONDS } from '../../core/timing.ts';
import type { SendOptions } from '../http/http.ts';
import { baseUrlVariable } from '../http/loopback.ts';

/** All that a function is told by its environment. */
export interface FunctionEnvironment {
  readonly config: Config;
  readonly ledgerTable: string;
  /** By lane. One queue serves all lanes where the environment names no others. */
  readonly queueUrls: Readonly<Record<Lane, string>>;
  readonly stuckQueueUrl: string;
  readonly resultsTopicArn: string;
  readonly notificationsTopicArn: string;
  readonly busName: string;
  /** How far ahead of an expiry the sweep sends its order, in milliseconds. */
  readonly sweepAheadMs: number;
  readonly baseUrls: SendOptions['baseUrls'];
}

const text = z.string('not set').min(1, 'empty');
const listed = (value: string): string[] =>
  value
    .split(',')
    .map((item) => item.trim())
    .filter(Boolean);
const list = z.string().default('').transform(listed);
const whole = z
  .string('not set')
  .regex(/^\d{1,9}$/, 'must be a whole number')
  .transform(Number);
const providers = text.transform(listed).pipe(z.array(z.string()).min(1, 'must name at least one provider'));

/** Of the two functions, each has what it needs; a default stands for what only the other one is given. */
const Variables = z.object({
  LEDGER_TABLE: text,
  REQUESTS_QUEUE_URL: text,
  // While a deployment is under way, new code may still have the environment of a release with one queue.
  URGENT_QUEUE_URL: text.optional(),
  RECHECKS_QUEUE_URL: text.optional(),
  STUCK_QUEUE_URL: text,
  RESULTS_TOPIC_ARN: text.regex(/^arn:[\w-]+:sns:[\w-]+:\w+:/, 'must be the ARN of a topic'),
  NOTIFICATIONS_TOPIC_ARN: text,
  BUS_NAME: text,
  SECRET_PREFIX: text,
  INSTANCE: text,
  GIVE_UP_AFTER_SECONDS: whole,
  PROVIDERS: providers,
  MODE: z.enum(['enforce', 'observe']),
  LIMIT_URGENT: whole.default(1_000),
  LIMIT_OTHER: whole.default(200),
  EGRESS_ADDRESSES: list,
  IN_VPC: z.enum(['true', 'false']).default('false'),
  REQUEST_TOPICS: list,
  OWN_ROLES: list,
  SWEEP_AHEAD_SECONDS: whole.default(LONGEST_DELAY_SECONDS),
});

type Variables = z.infer<typeof Variables>;

type Given = Readonly<Record<string, string | undefined>>;

const parse = (variables: Given, names: readonly string[]): Variables => {
  const known = z.array(z.enum(names));
  const parsed = Variables.extend({ PROVIDERS: providers.pipe(known) }).safeParse(variables);
  if (parsed.success) return parsed.data;
  const wrong = parsed.error.issues.map(({ path, message }) => `${path[0]?.toString()} (${message})`);
  throw new Error(`Cannot start: ${wrong.join(', ')}`);
};

const configOf = (variables: Variables): Config => ({
  instance: variables.INSTANCE,
  secretPrefix: variables.SECRET_PREFIX,
  // The construct's own topic is in the account and region of its functions.
  secretArns: secretArnsBeside(variables.RESULTS_TOPIC_ARN),
  mode: variables.MODE,
  providers: variables.PROVIDERS,
  giveUpAfterMs: variables.GIVE_UP_AFTER_SECONDS * 1000,
  limits: { urgent: variables.LIMIT_URGENT, other: variables.LIMIT_OTHER },
  egressAddresses: variables.EGRESS_ADDRESSES,
  inVpc: variables.IN_VPC === 'true',
  requestTopics: variables.REQUEST_TOPICS,
  ownRoles: variables.OWN_ROLES,
});

const baseUrlsOf = (variables: Given, names: readonly string[]): SendOptions['baseUrls'] =>
  Object.fromEntries(names.map((name) => [name, variables[baseUrlVariable(name)]]).filter(([, url]) => url));

/**
 * Reads a function's environment.
 *
 * @param names the providers that there are
 * @throws Error "Cannot start: …", naming every variable that is missing or wrong
 */
export const readEnvironment = (variables: Given, names: readonly string[]): FunctionEnvironment => {
  const read = parse(variables, names);
  return {
    config: configOf(read),
    ledgerTable: read.LEDGER_TABLE,
    queueUrls: {
      requests: read.REQUESTS_QUEUE_URL,
      urgent: read.URGENT_QUEUE_URL ?? read.REQUESTS_QUEUE_URL,
      rechecks: read.RECHECKS_QUEUE_URL ?? read.REQUESTS_QUEUE_URL,
    },
    stuckQueueUrl: read.STUCK_QUEUE_URL,
    resultsTopicArn: read.RESULTS_TOPIC_ARN,
    notificationsTopicArn: read.NOTIFICATIONS_TOPIC_ARN,
    busName: read.BUS_NAME,
    sweepAheadMs: read.SWEEP_AHEAD_SECONDS * 1000,
    baseUrls: baseUrlsOf(variables, names),
  };
};
