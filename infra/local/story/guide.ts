import { ACCOUNT } from '../aws/protocol/account.ts';
import { SANDBOX_NAMES, SANDBOX_OF } from '../sandbox/index.ts';
import type { Sample } from './sample-keys.ts';
import type { Stage } from './stage/stage.ts';

export interface GuideOptions extends Pick<Stage, 'url' | 'sandboxes' | 'outputs'> {
  readonly samples: readonly Sample[];
  /** A queue that gets a copy of every receipt. */
  readonly receiptsUrl: string;
  /** For the expiry tag that the guide shows. */
  readonly expiresAt: Date;
}

const detail = { provider: 'requesty', operation: 'delete-key', target: { secretId: 'key-revoker/requesty/pipeline' } };

/** What can be tried, each with the arguments of its `aws` command, one line each. */
const tries = ({ outputs, expiresAt }: GuideOptions): readonly (readonly [string, readonly string[]])[] => [
  [
    'Revoke a leaked key with a message on the urgent queue (events/ holds more of them)',
    [
      'sqs send-message',
      '--queue-url "$URGENT_QUEUE_URL"',
      '--message-body file://events/revoke.bybit-delete-sub-key-by-master.json',
    ],
  ],
  [
    'Read a receipt',
    [
      'sqs receive-message --wait-time-seconds 10',
      '--queue-url "$RECEIPTS_QUEUE_URL"',
      '--query "Messages[0].Body" --output text',
    ],
  ],
  [
    'Revoke a key with an event on the bus',
    [
      'events put-events',
      `--entries '${JSON.stringify([
        {
          EventBusName: outputs.BusName,
          Source: 'me',
          DetailType: 'Key Revocation Requested',
          Detail: JSON.stringify({ ...detail, secretId: 'key-revoker/requesty/management' }),
        },
      ])}'`,
    ],
  ],
  [
    'Let a key expire (the sweep runs every five minutes, and acts on every date before its next run)',
    [
      'secretsmanager tag-resource --secret-id key-revoker/kalshi/bot',
      `--tags Key=key-revoker:expires-at,Value=${expiresAt.toISOString()}`,
      'Key=key-revoker:provider,Value=kalshi Key=key-revoker:operation,Value=delete-key',
    ],
  ],
  [
    'Store a credential, and ask for a key of nobody: it gets stuck',
    [
      'secretsmanager create-secret --name key-revoker/bybit/forgotten',
      `--secret-string '{"apiKey":"SUBKEYexample00009","apiSecret":"none"}'`,
    ],
  ],
  [
    '',
    [
      'sqs send-message',
      '--queue-url "$REQUESTS_QUEUE_URL"',
      '--message-body file://events/revoke.first-contact-unknown.json',
    ],
  ],
];

/** The same by the command line, and what is for people. */
const BY_COMMAND_LINE = `
# See what is open, and what waits for a person
key-revoker status
key-revoker stuck list

# See whether every key is alive and could be deleted
key-revoker doctor`;

/** Version 1 of the command line takes the endpoint for SQS from nothing but the option (github.com/aws/aws-cli/issues/8737). */
const AWS = 'aws() { command aws --endpoint-url "$AWS_ENDPOINT_URL" "$@"; }';

const KEY_REVOKER = "alias key-revoker='npm run --silent key-revoker --'";

/** What a tool of AWS needs to ask the emulated AWS. */
export const variablesFor = ({ url }: Pick<Stage, 'url'>): Readonly<Record<string, string>> => ({
  AWS_ENDPOINT_URL: url,
  AWS_DEFAULT_REGION: ACCOUNT.region,
  AWS_ACCESS_KEY_ID: 'local',
  AWS_SECRET_ACCESS_KEY: 'local',
});

/** What the shell needs for the commands here and for those of the README, which then go to the emulated AWS. */
const exports = ({ url, outputs, receiptsUrl }: GuideOptions): readonly string[] => {
  const variables = {
    ...variablesFor({ url }),
    ...Object.fromEntries(Object.entries(outputs).map(([name, value]) => [inCapitals(name), value])),
    RECEIPTS_QUEUE_URL: receiptsUrl,
  };
  return [...Object.entries(variables).map(([name, value]) => `export ${name}=${value}`), AWS, KEY_REVOKER];
};

/** `RequestsQueueUrl` as `REQUESTS_QUEUE_URL`, which is what the README calls it. */
const inCapitals = (output: string): string => output.replaceAll(/(?<=[a-z])(?=[A-Z])/g, '_').toUpperCase();

/** What is running where, and the commands to try on it. Holds no secret. */
export const guide = (options: GuideOptions): string => {
  const { url, sandboxes, outputs, samples } = options;
  const width = Math.max(...samples.map(({ stored }) => stored.name.length));
  const commands = tries(options).map(([what, args]) =>
    [...(what === '' ? [] : ['', `# ${what}`]), ['aws', ...args].join(' \\\n  ')].join('\n'),
  );
  return [
    `AWS       ${url} (region ${ACCOUNT.region}, any credentials)`,
    ...SANDBOX_NAMES.map((name) => `${SANDBOX_OF[name].title.padEnd(9)} ${sandboxes[name].url}`),
    `Receipts  ${outputs.ResultsTopicArn}`,
    'Page      its address follows below',
    '',
    'Secrets, each with the credential of a throwaway key in a sandbox:',
    ...samples.map(({ stored, what }) => `  ${stored.name.padEnd(width)}  ${what}`),
    '',
    'In another terminal, in this folder (the commands of the README work there as well):',
    '',
    ...exports(options),
    ...commands,
    BY_COMMAND_LINE,
  ].join('\n');
};
