/** A class or system code such as `ThrottlingException` or `ECONNREFUSED`: nothing that could be data. */
const CLASS = /^[A-Za-z][\w.#-]{0,63}$/;

/** All of an error of the SDK that may be shown: its class, and the system code where that is another word. */
export const errorWords = (error: unknown): readonly string[] => {
  if (!(error instanceof Error)) return [];
  const code = 'code' in error && typeof error.code === 'string' ? [error.code] : [];
  return [...new Set([error.name, ...code])].filter((word) => CLASS.test(word) && word !== 'Error');
};

/** The class of an error of the SDK. */
export const classOf = (error: unknown): string => errorWords(error)[0] ?? 'Error';

/** What an error says. It may quote what was sent or read: match it, and never show it. */
export const textOf = (error: unknown): string => (error instanceof Error ? error.message : '');

/**
 * What an error of the SDK means to a caller that did not expect it. `denied`: a grant is missing, or a policy forbids the call. `absent`: what
 * was asked for is not there. `unavailable`: the error may pass by itself.
 */
export type ErrorKind = 'denied' | 'absent' | 'unavailable';

/**
 * Every error that AWS documents for the calls of the functions, by its class. Services spell one class in several ways: `Error` and
 * `Exception` at the end, dots and case do not count. A class without a row is `unavailable`.
 */
export const ERROR_CLASSES: Readonly<Record<ErrorKind, readonly string[]>> = {
  denied: [
    ...['AccessDenied', 'Authorization', 'NotAuthorized', 'UnauthorizedOperation', 'OptInRequired'],
    ...['NotAuthorizedForSource', 'NotAuthorizedForDetailType', 'DecryptionFailure', 'EncryptionFailure'],
    ...['KMSAccessDenied', 'KMSOptInRequired', 'KMSNotFound', 'KMSDisabled', 'KMSInvalidState', 'KMSInvalidKeyUsage'],
  ],
  absent: [
    ...['ResourceNotFound', 'NotFound', 'QueueDoesNotExist', 'ParameterNotFound'],
    // For a name or a version that no secret can have, and for a secret that is scheduled for deletion.
    ...['Validation', 'InvalidParameter', 'InvalidRequest'],
  ],
  unavailable: [
    ...['Internal', 'InternalService', 'InternalServer', 'InternalFailure', 'ServiceUnavailable', 'OperationDisabled'],
    ...['Throttling', 'Throttled', 'RequestThrottled', 'TooManyRequests', 'RequestLimitExceeded', 'LimitExceeded'],
    ...['ProvisionedThroughputExceeded', 'KMSThrottling', 'KMSThrottled', 'ConcurrentModification'],
    // The credentials of the role are out of date. Lambda renews them.
    ...['ExpiredToken', 'UnrecognizedClient', 'InvalidClientTokenId', 'InvalidSignature', 'InvalidSecurity'],
    // An item has changed or is too large, or a call is not as the service wants it: the callers know these, or they are defects.
    ...['ConditionalCheckFailed', 'ReplicatedWriteConflict', 'TransactionConflict', 'ItemCollectionSizeLimitExceeded'],
    ...['InvalidNextToken', 'MessageNotInflight', 'ReceiptHandleIsInvalid', 'InvalidMessageContents', 'InvalidAddress'],
    ...['InvalidParameterValue', 'InvalidEndpoint', 'UnsupportedOperation', 'EndpointDisabled'],
    ...['PlatformApplicationDisabled', 'BatchEntryIdsNotDistinct', 'BatchRequestTooLong', 'EmptyBatchRequest'],
    ...['InvalidBatchEntryId', 'TooManyEntriesInBatchRequest'],
  ],
};

const spelled = (name: string): string =>
  name
    .replace(/(Error)?(Exception)?$/, '')
    .replaceAll('.', '')
    .toLowerCase();

const KINDS: ReadonlyMap<string, ErrorKind> = new Map(
  Object.entries(ERROR_CLASSES).flatMap(([kind, names]) =>
    names.map((name) => [spelled(name), kind as ErrorKind] as const),
  ),
);

/** An action in the closed form of IAM, where AWS names it. */
const ACTION = /\bnot authorized to perform: ([a-z][a-z0-9-]{1,40}:[A-Z][A-Za-z]{1,60})\b/;

/** The action that a denial names, such as `kms:Decrypt`. */
export const deniedAction = (error: unknown): string | undefined => ACTION.exec(textOf(error))?.[1];

/** Whether a denial is about the KMS key, and not about what the key encrypts. */
export const isOfKms = (error: unknown): boolean =>
  /^(kms|decryption|encryption)/.test(spelled(classOf(error))) ||
  (deniedAction(error)?.startsWith('kms:') ?? /\bKMS\b/.test(textOf(error)));

/** Whether AWS says that the KMS key cannot be used by anyone: it is disabled, or scheduled for deletion. */
export const isOfKeyState = (error: unknown): boolean =>
  /^(kms(disabled|invalid|notfound)|invalidrequest)/.test(spelled(classOf(error))) ||
  (isOfKms(error) && /\b(disabled|pending|PendingDeletion|invalid state)\b/i.test(textOf(error)));

/** What an error of the SDK means. */
export const errorKindOf = (error: unknown): ErrorKind => {
  const name = spelled(classOf(error));
  // The class of a secret that is scheduled for deletion may also stand for a key that is.
  if (name === 'invalidrequest' && isOfKms(error)) return 'denied';
  return KINDS.get(name) ?? 'unavailable';
};
