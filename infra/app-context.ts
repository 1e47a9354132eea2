import { nearest } from '../functions/core/request/schema-errors.ts';
import { senderObjection } from './constructs/permissions/senders.ts';
import type { KeyRevocationProps, Mode, ProviderName } from './key-revocation-props.ts';
import { PROP_NAMES } from './settled-props.ts';
import { isTopicArn } from './valid-range.ts';

/** What `cdk -c <name>=…` or `context` in `cdk.json` may say. */
export const CONTEXT = [
  'prefix',
  'mode',
  'senders',
  'providers',
  'requestTopics',
  'alarmTopics',
  'urgentAlarmTopics',
  'runbookUrl',
] as const;

/** What has to be said, also where it is nothing: a forgotten value must not become another one. `cdk.json` has the repository's own. */
const SAID = ['mode', 'senders', 'alarmTopics'] as const;

/** The app's context, read. */
export interface AppContext {
  readonly revocation: Omit<KeyRevocationProps, 'requestTopics'> & { readonly mode: Mode };
  /** ARNs of roles and users that may send requests. */
  readonly senders: readonly string[];
  /** ARNs of topics whose messages are requests. */
  readonly requestTopics: readonly string[];
  /** ARNs of topics that every alarm publishes to. */
  readonly alarmTopics: readonly string[];
  /** ARNs of topics that urgent alarms publish to as well. */
  readonly urgentAlarmTopics: readonly string[];
}

type Context = Readonly<Record<string, unknown>>;

/**
 * Reads the context. A name that is nearly one of ours is refused, since a mistyped one would deploy something else;
 * others pass, as CDK and a user's own `~/.cdk.json` have theirs. The construct checks the values of its props.
 *
 * @throws Error, a sentence, for a value that has to be said, for such a name, for a sender that is neither a role nor a user, and for a
 *   topic that is no topic
 */
export const readContext = (context: Context): AppContext => {
  for (const name of Object.keys(context)) refuseUnlessKnown(name);
  const unsaid = SAID.find((name) => context[name] === undefined);
  if (unsaid !== undefined)
    throw new Error(
      `Cannot deploy without the context "${unsaid}": write it into context in cdk.json, or give -c ${unsaid}=…`,
    );
  const prefix = textIn(context, 'prefix');
  const mode = textIn(context, 'mode');
  const providers = listIn(context, 'providers');
  const runbookUrl = textIn(context, 'runbookUrl');
  return {
    revocation: {
      ...(prefix !== undefined && { prefix }),
      mode: mode as Mode,
      ...(providers !== undefined && { providers: providers as readonly ProviderName[] }),
      ...(runbookUrl !== undefined && { runbookUrl }),
    },
    senders: (listIn(context, 'senders') ?? []).map(sender),
    requestTopics: topicsIn(context, 'requestTopics'),
    alarmTopics: topicsIn(context, 'alarmTopics'),
    urgentAlarmTopics: topicsIn(context, 'urgentAlarmTopics'),
  };
};

const refuseUnlessKnown = (name: string): void => {
  if ((CONTEXT as readonly string[]).includes(name)) return;
  const inApp = PROP_NAMES.filter((each) => !(CONTEXT as readonly string[]).includes(each));
  const prop = inApp.find((each) => each.toLowerCase() === name.replaceAll(/[-_]/g, '').toLowerCase());
  const wanted =
    prop === undefined ? nearest(name, CONTEXT) : `the prop ${prop} of KeyRevocation in an app of your own`;
  if (wanted !== undefined) throw new Error(`Cannot use the context "${name}": use ${wanted}`);
};

const cannot = (name: string, value: unknown, wanted: string): Error =>
  new Error(`Cannot use ${JSON.stringify(value)} as ${name}: it must be ${wanted}`);

const textIn = (context: Context, name: string): string | undefined => {
  const value = context[name];
  if (value === undefined || typeof value === 'string') return value;
  throw cannot(name, value, 'a string');
};

/** A text with commas, or, in `cdk.json`, a list. */
const listIn = (context: Context, name: string): readonly string[] | undefined => {
  const value = context[name];
  if (value === undefined) return undefined;
  const items: readonly unknown[] = Array.isArray(value) ? value : [value];
  return items.flatMap((item) => {
    if (typeof item !== 'string') throw cannot(name, value, 'strings with commas between them');
    return item.split(',').map((part) => part.trim());
  });
};

const sender = (arn: string): string => {
  const wanted = senderObjection(arn);
  if (wanted === undefined) return arn;
  throw cannot('one of senders', arn, wanted);
};

const topicsIn = (context: Context, name: string): readonly string[] =>
  (listIn(context, name) ?? []).map((arn) => {
    if (isTopicArn(arn)) return arn;
    throw cannot(`one of ${name}`, arn, 'the ARN of a topic');
  });
