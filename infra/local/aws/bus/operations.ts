import * as z from 'zod';
import { arnOf } from '../protocol/account.ts';
import { AwsError } from '../protocol/aws-error.ts';
import { type Operation, operation } from '../protocol/json-backend.ts';
import { type Entry, toEvent } from './bus-event.ts';
import { type Buses, type Rule, ruleArn } from './buses.ts';
import { parsePattern } from './event-pattern.ts';

const Bus = { EventBusName: z.string().optional() };
const Target = z.strictObject({
  Id: z.string(),
  Arn: z.string().startsWith('arn:aws:sqs:'),
  DeadLetterConfig: z.object({ Arn: z.string().optional() }).optional(),
  InputTransformer: z
    .strictObject({ InputPathsMap: z.record(z.string(), z.string()).optional(), InputTemplate: z.string() })
    .optional(),
  RetryPolicy: z.unknown().optional(),
  RoleArn: z.string().optional(),
});
const SCHEMAS = {
  CreateEventBus: z.object({ Name: z.string().regex(/^[/.\-_A-Za-z0-9]{1,256}$/) }),
  PutRule: z.object({ ...Bus, Name: z.string(), EventPattern: z.string(), State: z.string().default('ENABLED') }),
  PutTargets: z.object({ ...Bus, Rule: z.string(), Targets: z.array(Target).min(1) }),
  PutEvents: z.object({
    Entries: z
      .array(
        z.object({
          ...Bus,
          Source: z.string().optional(),
          DetailType: z.string().optional(),
          Detail: z.string().optional(),
          Time: z.number().optional(),
          Resources: z.array(z.string()).optional(),
        }),
      )
      .min(1)
      .max(10),
  }),
} as const;

const rulesOf = (buses: Buses, busName: string | undefined): Map<string, Rule> => {
  const rules = buses.rulesOf(busName);
  if (rules !== undefined) return rules;
  throw new AwsError('ResourceNotFoundException', `Event bus ${busName} does not exist.`);
};

const LARGEST_ENTRY_BYTES = 1_048_576;

/** What counts towards an entry's size (user guide, "Calculating PutEvents event entry size"). */
const sizeOf = ({ Source = '', DetailType = '', Detail = '', Resources = [], Time }: Entry): number =>
  [Source, DetailType, Detail, ...Resources].reduce(
    (sum, text) => sum + Buffer.byteLength(text),
    Time === undefined ? 0 : 14,
  );

const putEntry = async (buses: Buses, entry: Entry): Promise<object> => {
  try {
    rulesOf(buses, entry.EventBusName);
    const event = toEvent(entry, buses.now());
    await buses.publish(event, entry.EventBusName ?? 'default');
    return { EventId: event.id };
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    return { ErrorCode: error.code, ErrorMessage: error.message };
  }
};

const putEvents = async (buses: Buses, entries: readonly Entry[]): Promise<object> => {
  if (entries.reduce((sum, entry) => sum + sizeOf(entry), 0) > LARGEST_ENTRY_BYTES) {
    throw new AwsError('ValidationException', 'Total size of the entries in the request is over the limit.');
  }
  const Entries = await Promise.all(entries.map((entry) => putEntry(buses, entry)));
  return { FailedEntryCount: Entries.filter((entry) => 'ErrorCode' in entry).length, Entries };
};

/** EventBridge's operations for events that go to queues. An entry for a bus that does not exist fails here. */
export const BUS_OPERATIONS: Readonly<Record<string, Operation<Buses>>> = {
  CreateEventBus: operation(SCHEMAS.CreateEventBus, (buses: Buses, { Name }) => {
    if (buses.rulesOf(Name)) throw new AwsError('ResourceAlreadyExistsException', `Event bus ${Name} already exists.`);
    buses.create(Name);
    return { EventBusArn: arnOf('events', `event-bus/${Name}`) };
  }),
  PutRule: operation(SCHEMAS.PutRule, (buses: Buses, { EventBusName, Name, EventPattern, State }) => {
    const rules = rulesOf(buses, EventBusName);
    const arn = ruleArn(EventBusName?.split('/').at(-1) ?? 'default', Name);
    const pattern = parsePattern(EventPattern);
    rules.set(Name, { arn, pattern, isEnabled: State === 'ENABLED', targets: rules.get(Name)?.targets ?? [] });
    return { RuleArn: arn };
  }),
  PutTargets: operation(SCHEMAS.PutTargets, (buses: Buses, { EventBusName, Rule: ruleName, Targets }) => {
    const rules = rulesOf(buses, EventBusName);
    const rule = rules.get(ruleName);
    if (rule === undefined) throw new AwsError('ResourceNotFoundException', `Rule ${ruleName} does not exist.`);
    const kept = rule.targets.filter(({ Id }) => !Targets.some((target) => target.Id === Id));
    rules.set(ruleName, { ...rule, targets: [...kept, ...Targets] });
    return { FailedEntryCount: 0, FailedEntries: [] };
  }),
  PutEvents: operation(SCHEMAS.PutEvents, (buses: Buses, { Entries }) => putEvents(buses, Entries)),
};
