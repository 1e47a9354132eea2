import type { Log } from '../../core/ports.ts';
import { classOf, deniedAction, errorKindOf } from '../aws/error-class.ts';

/** What the actions of each client begin with in IAM. */
const SERVICES: Readonly<Record<string, string>> = {
  SecretsManagerClient: 'secretsmanager',
  DynamoDBClient: 'dynamodb',
  SQSClient: 'sqs',
  SNSClient: 'sns',
  EventBridgeClient: 'events',
};

/** Where a call names what it is about. None of these holds a secret's value. */
const RESOURCES = ['SecretId', 'TableName', 'QueueUrl', 'TopicArn'] as const;

type Fields = Readonly<Record<string, unknown>>;

type Handle = (args: { readonly input: object }) => Promise<{ readonly output: object }>;

interface Named {
  readonly clientName?: string;
  readonly commandName?: string;
}

/** As much of an SDK client as is needed to listen to it. */
interface Listened {
  readonly middlewareStack: {
    add(middleware: (next: Handle, names: Named) => Handle, at: { readonly step: 'initialize' }): void;
  };
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '');

/** IAM knows no action of its own for a batch. */
const actionOf = ({ clientName = '', commandName = '' }: Named): string =>
  `${SERVICES[clientName] ?? clientName}:${commandName.replace(/(Batch)?Command$/, '')}`;

const resourceOf = (input: Fields): string => text(input[RESOURCES.find((name) => name in input) ?? '']);

/** The errors that an answer has for single entries of a call. */
const failedEntries = (output: Fields): readonly Error[] =>
  [output['Failed'], output['Entries']]
    .flatMap((list) => (Array.isArray(list) ? (list as readonly Fields[]) : []))
    .map((entry) => Object.assign(new Error(), { name: text(entry['Code']) || text(entry['ErrorCode']) }));

/**
 * Logs each call that AWS denies, with its action and its resource. So a denial also counts where its caller carries on without what was
 * denied.
 *
 * @returns the same client
 */
export const tellingDenials = <C>(client: C, log: Pick<Log, 'warn'>): C => {
  const { middlewareStack } = client as Listened;
  middlewareStack.add(
    (next, names) => async (args) => {
      const tell = (error: unknown): void => {
        if (errorKindOf(error) !== 'denied') return;
        const action = deniedAction(error) ?? actionOf(names);
        log.warn('access denied', { action, resource: resourceOf(args.input as Fields), problem: classOf(error) });
      };
      try {
        const result = await next(args);
        for (const error of failedEntries(result.output as Fields)) tell(error);
        return result;
      } catch (error) {
        tell(error);
        throw error;
      }
    },
    { step: 'initialize' },
  );
  return client;
};
