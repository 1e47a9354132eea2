import { isObject, jsonOrUndefined } from '../json.ts';

/** An event that says that something has changed about a secret. */
export interface SecretEvent {
  /** `tags`: a call of the API, as CloudTrail sends it. `label`: a staging label is on a new version, as Secrets Manager sends it itself. */
  readonly of: 'tags' | 'label';
  /** A name or an ARN. Absent where the event names none, or where the call failed. */
  readonly secretId?: string | undefined;
  /** The unique id of the role that made the call. */
  readonly byRole?: string | undefined;
}

/** Calls after which the tags of a secret may be others. */
export const TAG_CALLS = [
  ...(['TagResource', 'UntagResource', 'CreateSecret', 'DeleteSecret', 'RestoreSecret'] as const),
  ...(['ReplicateSecretToRegions', 'StopReplicationToReplica'] as const),
] as const;

/** What every event about secrets has as its source. */
export const SECRETS_SOURCE = 'aws.secretsmanager';
export const LABEL_DETAIL_TYPE = 'Secret Label Updated';
export const CALL_DETAIL_TYPE = 'AWS API Call via CloudTrail';

/** Longer than any name and any ARN. */
const MOST_LETTERS = 2_048;

const textIn = (value: unknown, ...names: readonly string[]): string | undefined => {
  if (!isObject(value)) return undefined;
  const found = names.map((name) => value[name]).find((text) => typeof text === 'string' && text !== '');
  return typeof found === 'string' && found.length <= MOST_LETTERS ? found : undefined;
};

const labelEvent = (event: object, detail: unknown): SecretEvent => {
  const [arn] = [(event as { readonly resources?: unknown }).resources].flat();
  return { of: 'label', secretId: textIn({ arn }, 'arn') ?? textIn(detail, 'name') };
};

/** `AROA…:session`: a role's id comes first. */
const roleIn = (detail: Readonly<Record<string, unknown>>): string | undefined =>
  textIn(detail['userIdentity'], 'principalId')?.split(':')[0];

const callEvent = (detail: Readonly<Record<string, unknown>>): SecretEvent => {
  // The response spells it in two ways: before 2024 as aRN. Some calls have no response.
  const named =
    textIn(detail['responseElements'], 'arn', 'aRN', 'ARN') ?? textIn(detail['requestParameters'], 'secretId', 'name');
  const hasFailed = detail['errorCode'] !== undefined;
  return { of: 'tags', secretId: hasFailed ? undefined : named, byRole: roleIn(detail) };
};

/**
 * Reads an event about a secret. Only which secret it is about is taken from it: everybody who may put a message on the queue could have
 * made up the rest. Total.
 *
 * @param body the whole event, as EventBridge puts it on a queue
 * @returns `undefined` for any other text
 */
export const readSecretEvent = (body: string): SecretEvent | undefined => {
  const event = jsonOrUndefined(body);
  if (!isObject(event) || event['source'] !== SECRETS_SOURCE) return undefined;
  const { detail } = event;
  if (event['detail-type'] === LABEL_DETAIL_TYPE) return labelEvent(event, detail);
  const isCall = event['detail-type'] === CALL_DETAIL_TYPE && isObject(detail);
  if (!isCall || !TAG_CALLS.some((name) => name === detail['eventName'])) return undefined;
  return callEvent(detail);
};
