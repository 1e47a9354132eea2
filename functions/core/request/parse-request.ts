import * as z from 'zod';
import { type EpochMs, fromIso } from '../epoch.ts';
import { jsonOrUndefined } from '../json.ts';
import { isProvider, kindOf, operationNames, PROVIDER_NAMES, type ProviderName } from '../operations.ts';
import type { RefusedCode } from '../outcome.ts';
import type { Settings } from '../provider.ts';
import { REASONS, type Reason } from '../receipt.ts';
import { objection, wanted } from './schema-errors.ts';
import { withoutSecrets } from './secret-scan.ts';

/** The longest body that is read, in characters; a whole request has some 600. */
export const MAX_BODY_LENGTH = 16_384;

const name = z.string().min(1).max(2_048);
/** What Secrets Manager takes as a name, an ARN or a version. */
const secretId = z.string().regex(/^[\w/+=.@!:-]{1,2048}$/, 'wanted the name or the ARN of a secret');
const secretVersion = z.string().regex(/^[\w+=.@!-]{1,256}$/, 'wanted AWSCURRENT, AWSPREVIOUS or a version id');
const claim = z.string().min(1).max(1_024);

/** 8-4-4-4-12 hex of any version, in either case; real ids are not always RFC 9562 UUIDs. */
export const KeyUuid = z
  .string()
  .regex(/^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$/, 'wanted 8-4-4-4-12 hex')
  .transform((id) => id.toLowerCase());

/** A Bybit key identifier: it goes into a JSON body, so it must be free of anything that a body could be changed with. */
export const BybitKey = z.string().regex(/^[A-Za-z0-9_-]{1,128}$/, 'wanted 1 to 128 letters and digits');

const subMemberId = z.string().regex(/^\d{1,20}$/, 'wanted the sub account as a text of digits');
const inSecret = { secretId, secretVersion: secretVersion.optional(), subMemberId: subMemberId.optional() };

const targetOf = (ownFields: z.ZodObject) =>
  z.union([z.literal('self'), ownFields, z.strictObject(inSecret)], {
    error: 'wanted "self" or an object naming the key',
  });

const SettingsShape = z.strictObject({
  readOnly: z.literal([0, 1, null]).optional(),
  permissions: z.record(z.string(), z.array(z.string())).optional(),
  ips: z.union([z.string(), z.array(z.string())], { error: 'wanted a text or a list of texts' }).optional(),
  acceptUndeletable: z.boolean().optional(),
}) satisfies z.ZodType<Settings>;

const instant = z
  .string()
  .refine((text) => fromIso(text) !== undefined, 'wanted RFC 3339 with a zone')
  .meta({ format: 'date-time' });

/** Names a request wherever it travels. */
export const REQUEST_ID = /^[^#~!\p{C}]{1,256}$/u;

const common = {
  version: z.literal(1).default(1),
  secretId,
  secretVersion: secretVersion.default('AWSCURRENT'),
  reason: z.enum(REASONS).default('manual'),
  requestId: z.string().regex(REQUEST_ID, 'wanted 1 to 256 printable characters without #, ~ and !').optional(),
  requestedBy: claim.optional(),
  reference: claim.optional(),
  notBefore: instant.optional(),
  expectedEnvironment: name.optional(),
  dryRun: z.boolean().default(false),
  look: z.literal(true).optional(),
};

const SHAPES = {
  bybit: z.strictObject({
    provider: z.literal('bybit'),
    operation: z.enum(operationNames('bybit')),
    target: targetOf(z.strictObject({ apiKey: BybitKey, subMemberId: subMemberId.optional() })),
    settings: SettingsShape.optional(),
    ...common,
  }),
  kalshi: z.strictObject({
    provider: z.literal('kalshi'),
    operation: z.enum(operationNames('kalshi')),
    target: targetOf(z.strictObject({ apiKeyId: KeyUuid })),
    ...common,
  }),
  requesty: z.strictObject({
    provider: z.literal('requesty'),
    operation: z.enum(operationNames('requesty')),
    target: targetOf(z.strictObject({ apiKeyId: KeyUuid })),
    ...common,
  }),
};

/** One order as users may write it, defaults filled in; unknown fields are refused, so that a typing error kills no key. */
export const RevocationRequest = z.discriminatedUnion('provider', [SHAPES.bybit, SHAPES.kalshi, SHAPES.requesty], {
  error: `wanted one of ${PROVIDER_NAMES.join(', ')}`,
});

export type Target =
  | 'self'
  | { readonly apiKey: string; readonly subMemberId?: string | undefined }
  | { readonly apiKeyId: string }
  | {
      readonly secretId: string;
      readonly secretVersion?: string | undefined;
      readonly subMemberId?: string | undefined;
    };

/** A parsed request. `requestId` is filled in before it is used. */
export interface RevocationRequest {
  readonly version: 1;
  readonly provider: ProviderName;
  readonly operation: string;
  readonly secretId: string;
  readonly secretVersion: string;
  readonly target: Target;
  readonly settings?: Settings | undefined;
  readonly reason: Reason;
  readonly requestId?: string | undefined;
  readonly requestedBy?: string | undefined;
  readonly reference?: string | undefined;
  readonly notBefore?: string | undefined;
  readonly expectedEnvironment?: string | undefined;
  readonly dryRun: boolean;
  /** Asks only whether the key is still as its request left it: probes, no call. Ours alone. */
  readonly look?: true | undefined;
}

export type Parsed =
  | { readonly kind: 'request'; readonly request: RevocationRequest; readonly eventAt: EpochMs | undefined }
  | {
      readonly kind: 'refused';
      readonly code: RefusedCode;
      readonly message: string;
      /** Names of the body's fields, for the stub that stands in for it. */
      readonly fields: readonly string[];
      /** The request without the values that looked secret, where it is one without them. */
      readonly clean: RevocationRequest | undefined;
      /** As the body names it, where it names a known one. */
      readonly provider: ProviderName | undefined;
    };

const Envelope = z.looseObject({
  'detail-type': z.string(),
  detail: z.record(z.string(), z.unknown()),
  id: z.string().optional(),
  account: z.string().optional(),
  source: z.string().optional(),
  time: z.string().optional(),
});

const jsonObject = (body: string): Record<string, unknown> | undefined => {
  const value = jsonOrUndefined(body);
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined;
};

/** The request inside a bus event, with what the event says of its sender; a bare request as it is. */
const unwrap = (value: Record<string, unknown>): { fields: Record<string, unknown>; eventAt: EpochMs | undefined } => {
  const event = Envelope.safeParse(value);
  if (!event.success) return { fields: value, eventAt: undefined };
  const { detail, id, account, source, time } = event.data;
  const sender = [account, source].filter(Boolean).join('/');
  const filled = { ...(id ? { requestId: id } : {}), ...(sender ? { requestedBy: sender } : {}), ...detail };
  // Stryker disable next-line ConditionalExpression: the absent time is read as no date either
  return { fields: filled, eventAt: time === undefined ? undefined : fromIso(time) };
};

const KNOWN = [
  ...new Set([
    ...Object.values(SHAPES).flatMap((shape) => Object.keys(shape.shape)),
    ...Object.keys(SettingsShape.shape),
  ]),
  ...['apiKey', 'apiKeyId', 'subMemberId'],
];

const refusal = (fields: Record<string, unknown>, error: z.ZodError): { code: RefusedCode; message: string } => {
  if (fields['target'] === undefined && isProvider(fields['provider']))
    return {
      code: 'target-missing',
      message: 'Cannot act without a target, wanted "self" or an object naming the key that has to die',
    };
  return { code: 'malformed', message: objection(error, KNOWN) };
};

const isUpdate = ({ provider, operation }: RevocationRequest): boolean => kindOf(provider, operation) === 'update';

/** Rules between fields, each with the sentence for its breach. */
const RULES: readonly (readonly [(request: RevocationRequest) => boolean, string])[] = [
  [
    (request) => isUpdate(request) || request.settings === undefined,
    'Cannot take settings with this operation, wanted them with update-master-key or update-sub-key alone',
  ],
  [
    (request) => !isUpdate(request) || asksSomething(request.settings),
    'Cannot update without settings, wanted at least one of readOnly, permissions and ips',
  ],
  [
    ({ reason, target, secretVersion }) => reason !== 'rotated' || target !== 'self' || secretVersion !== 'AWSCURRENT',
    'Cannot tell the rotated key from the new one, wanted secretVersion (AWSPREVIOUS or a version id) with reason rotated',
  ],
];

const asksSomething = (settings: Settings | undefined): boolean =>
  settings !== undefined &&
  ((settings.readOnly !== undefined && settings.readOnly !== null) ||
    settings.permissions !== undefined ||
    settings.ips !== undefined);

/**
 * Reads a message's body: a request, bare or as the `detail` of a bus event. Total: whatever is no request is `refused`, with a
 * sentence that quotes no value.
 */
export const parseRequest = (body: string): Parsed => {
  let provider: ProviderName | undefined;
  const refused = (code: RefusedCode, message: string, fields: readonly string[] = [], clean?: RevocationRequest) =>
    ({ kind: 'refused', code, message, fields, clean, provider }) as const;
  if (body.length > MAX_BODY_LENGTH)
    return refused('malformed', `Cannot read a body of ${body.length} characters, wanted at most ${MAX_BODY_LENGTH}`);
  const value = jsonObject(body);
  if (value === undefined) return refused('malformed', 'Cannot read the body as a JSON object');
  const { fields, eventAt } = unwrap(value);
  const { provider: named } = fields;
  if (isProvider(named)) provider = named;
  const { clean, fields: leaking } = withoutSecrets(fields);
  const names = Object.keys(clean as object);
  const parsed = RevocationRequest.safeParse(clean, { error: wanted });
  if (leaking.length > 0) {
    const message = `Cannot take a message with a secret in it (${leaking.join(', ')}): treat that value as leaked, and name the secret by secretId`;
    return refused(
      'secret-in-message',
      message,
      names,
      parsed.success ? (parsed.data as RevocationRequest) : undefined,
    );
  }
  if (!parsed.success) {
    const { code, message } = refusal(fields, parsed.error);
    return refused(code, message, names);
  }
  const request = parsed.data as RevocationRequest;
  const broken = RULES.find(([holds]) => !holds(request));
  return broken ? refused('malformed', broken[1], names) : { kind: 'request', request, eventAt };
};
