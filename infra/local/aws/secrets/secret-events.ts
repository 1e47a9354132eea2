import type { BusEvent } from '../bus/bus-event.ts';
import type { Buses } from '../bus/buses.ts';
import { ACCOUNT } from '../protocol/account.ts';
import type { Backend, Call, Reply } from '../protocol/call.ts';

type Fields = Readonly<Record<string, unknown>>;

/** Whether a trail logs the account's calls, so that CloudTrail sends them to the default bus. */
export interface Trail {
  isLogging: boolean;
}

/** The calls whose events the product's rules ask for; a trail sends all of them. */
const CALLS = ['TagResource', 'UntagResource', 'CreateSecret', 'DeleteSecret', 'RestoreSecret'];

/** Secrets Manager sends no event for these. */
const SILENT_LABELS = ['AWSPENDING', 'AWSPREVIOUS'];

const lowerFirst = (name: string): string => name.charAt(0).toLowerCase() + name.slice(1);

const inCamelCase = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(inCamelCase);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      // CloudTrail leaves values of secrets out.
      .filter(([name]) => name !== 'SecretString' && name !== 'SecretBinary')
      .map(([name, part]) => [lowerFirst(name), inCamelCase(part)]),
  );
};

const event = (now: number, detailType: string, resources: readonly string[], detail: object): BusEvent => ({
  version: '0',
  id: crypto.randomUUID(),
  'detail-type': detailType,
  source: 'aws.secretsmanager',
  account: ACCOUNT.id,
  time: `${new Date(now).toISOString().slice(0, 19)}Z`,
  region: ACCOUNT.region,
  resources,
  detail,
});

const callerOf = ({ headers }: Call): string => headers.authorization?.match(/Credential=([^/]+)\//)?.[1] ?? 'unknown';

/** Of most calls CloudTrail tells the ARN and the name, with the spelling `arn`; of the two about tags nothing. */
const responseOf = ({ action }: Call, { ARN, Name, VersionId }: Fields): object | null =>
  action.endsWith('agResource')
    ? null
    : { arn: ARN, name: Name, ...(VersionId === undefined ? {} : { versionId: VersionId }) };

const callEvent = (call: Call, output: Fields, now: number): BusEvent =>
  event(now, 'AWS API Call via CloudTrail', [], {
    eventVersion: '1.09',
    userIdentity: { type: 'AssumedRole', principalId: `${callerOf(call)}:local`, accountId: ACCOUNT.id },
    eventTime: `${new Date(now).toISOString().slice(0, 19)}Z`,
    eventSource: 'secretsmanager.amazonaws.com',
    eventName: call.action,
    awsRegion: ACCOUNT.region,
    requestParameters: inCamelCase(JSON.parse(call.body)),
    responseElements: responseOf(call, output),
    readOnly: false,
    eventType: 'AwsApiCall',
    managementEvent: true,
  });

/** The label that a call has put on a new version, and that version. */
const labelled = ({ action, body }: Call, output: Fields): readonly (readonly [label: string, versionId: string])[] => {
  const input = JSON.parse(body) as Fields;
  if (action === 'UpdateSecretVersionStage' && input['MoveToVersionId'] !== undefined)
    return [[String(input['VersionStage']), String(input['MoveToVersionId'])]];
  if (action !== 'PutSecretValue') return [];
  const labels = (output['VersionStages'] ?? []) as readonly string[];
  return labels.map((label) => [label, String(output['VersionId'])] as const);
};

const labelEvents = (call: Call, output: Fields, now: number): readonly BusEvent[] =>
  labelled(call, output)
    .filter(([label]) => !SILENT_LABELS.includes(label))
    .map(([labelUpdated, versionId]) =>
      event(now, 'Secret Label Updated', [String(output['ARN'])], { name: output['Name'], labelUpdated, versionId }),
    );

/** Secrets Manager whose changes are events on the default bus: new versions always, calls while a trail logs. */
export const tellingChanges =
  (backend: Backend, buses: Buses, trail: Trail): Backend =>
  async (call) => {
    const reply: Reply = await backend(call);
    const output = JSON.parse(reply.body) as Fields;
    const calls = trail.isLogging && CALLS.includes(call.action) ? [callEvent(call, output, buses.now())] : [];
    for (const one of [...labelEvents(call, output, buses.now()), ...calls]) await buses.publish(one, 'default');
    return reply;
  };
