import * as z from 'zod';
import { type EpochMs, fromIso } from '../epoch.ts';
import { isObject, readJson, whyNoObject } from '../json.ts';
import type { RefusedCode } from '../outcome.ts';
import { kindOf, type Provider, type Providers, providerNamed } from '../provider.ts';
import { isExpiryOrder, type RequestForm, type RevocationRequest, requestForm } from './revocation-request.ts';
import { objection, wanted } from './schema-errors.ts';
import { CLAIM_FIELDS, REMOVED, withoutSecrets } from './secret-scan.ts';
import { wrapperOf } from './wrappers.ts';

/** The longest body that is read, in characters. A whole request has about 600. */
export const MAX_BODY_LENGTH = 16_384;

export type Parsed =
  | { readonly kind: 'request'; readonly request: RevocationRequest; readonly eventAt: EpochMs | undefined }
  | {
      readonly kind: 'refused';
      readonly code: RefusedCode;
      readonly message: string;
      /** Names of the body's fields, for the stub that replaces the body. */
      readonly fields: readonly string[];
      /** The request without the values that looked secret, if it is valid without them. */
      readonly clean: RevocationRequest | undefined;
      /** As the body names it, if it names a known provider. */
      readonly provider: string | undefined;
    };

const Envelope = z.looseObject({
  'detail-type': z.string(),
  detail: z.record(z.string(), z.unknown()),
  id: z.string().optional(),
  account: z.string().optional(),
  source: z.string().optional(),
  time: z.string().optional(),
});

type Fields = Readonly<Record<string, unknown>>;

/** What an event has beside its detail. */
const ENVELOPE_FIELDS: readonly string[] = [
  ...['version', 'id', 'detail-type', 'source', 'account', 'time', 'region', 'resources', 'detail'],
];

/** An order, and what stands around it. */
interface Unwrapped {
  readonly fields: Fields;
  readonly eventAt: EpochMs | undefined;
  /** A field of a request that stands beside an event's detail: another reader could take the one for the other. */
  readonly outside: string | undefined;
}

/** The request inside a bus event, with what the event says of its sender. A bare request stays as it is. */
const unwrap = (value: Fields, { fields: known }: RequestForm): Unwrapped => {
  const event = Envelope.safeParse(value);
  if (!event.success) return { fields: value, eventAt: undefined, outside: undefined };
  const { detail, id, account, source, time } = event.data;
  const sender = [account, source].filter(Boolean).join('/');
  const names = known.map((field) => field.toLowerCase());
  return {
    fields: { ...(id ? { requestId: id } : {}), ...(sender ? { requestedBy: sender } : {}), ...detail },
    eventAt: time === undefined ? undefined : fromIso(time),
    outside: Object.keys(value).find(
      (field) => names.includes(field.toLowerCase()) && !ENVELOPE_FIELDS.includes(field),
    ),
  };
};

const refusal = (
  { fields: known }: RequestForm,
  fields: Fields,
  provider: Provider | undefined,
  error: z.ZodError,
): { code: RefusedCode; message: string } => {
  if (fields['target'] === undefined && provider)
    return {
      code: 'target-missing',
      message: 'Cannot act without a target: give "self" or an object that names the key to revoke',
    };
  return { code: 'malformed', message: objection(error, known) };
};

/** The updates of a provider, for a sentence. A provider with settings has one. */
const updatesOf = ({ operations }: Provider): string =>
  Object.entries(operations)
    .filter(([, { kind }]) => kind === 'update')
    .map(([name]) => name)
    .join(' or ');

/** The message for a broken rule between fields. */
const breach = (provider: Provider, request: RevocationRequest): string | undefined => {
  const { operation, settings, reason, target, secretVersion } = request;
  const isUpdate = provider.operations[operation]?.kind === 'update';
  if (!isUpdate && settings !== undefined)
    return `Cannot use settings with this operation: send settings only with ${updatesOf(provider)}`;
  const { oneOf = [] } = provider.settings ?? {};
  if (isUpdate && !oneOf.some((field) => (settings?.[field] ?? null) !== null))
    return `Cannot update without settings: give at least one of ${oneOf.slice(0, -1).join(', ')} and ${oneOf.at(-1)}`;
  if (reason === 'rotated' && target === 'self' && secretVersion === 'AWSCURRENT')
    return 'Cannot tell the rotated key from the new one: with reason rotated, give secretVersion (AWSPREVIOUS or a version id)';
  return undefined;
};

/**
 * Whether an order can be carried out without the texts that looked like secrets: only people's own words are removed, and nothing of the
 * order. An update is not urgent enough for that, and the tags of an expiry order are found again by its `requestedBy`.
 */
const isUnderstood = (providers: Providers, request: RevocationRequest, leaking: readonly string[]): boolean =>
  leaking.every((field) => CLAIM_FIELDS.some((claim) => claim === field)) &&
  kindOf(providers, request) === 'delete' &&
  !isExpiryOrder(request.requestId ?? '');

/**
 * Reads a message's body: a request, bare or as the `detail` of a bus event. Total: any other body is `refused`, with a
 * sentence that quotes no value.
 */
export const parseRequest = (providers: Providers, body: string): Parsed => {
  let provider: Provider | undefined;
  const refused = (code: RefusedCode, message: string, fields: readonly string[] = [], clean?: RevocationRequest) =>
    ({ kind: 'refused', code, message, fields, clean, provider: provider?.name }) as const;
  if (body.length > MAX_BODY_LENGTH)
    return refused(
      'malformed',
      `Cannot read a body of ${body.length} characters: it must have at most ${MAX_BODY_LENGTH}`,
    );
  const { value, problem } = readJson(body);
  const wrapper = wrapperOf(value);
  if (wrapper !== undefined) return refused('malformed', `Cannot act on ${wrapper}`);
  if (problem !== undefined || !isObject(value))
    return refused('malformed', `Cannot read the body: ${problem ?? whyNoObject(value)}`);
  const form = requestForm(providers);
  const { fields, eventAt, outside } = unwrap(value, form);
  if (outside !== undefined)
    return refused(
      'malformed',
      `Cannot tell which order is meant: ${outside} stands outside detail. Every field of the request must stand inside`,
      // A name may itself be a secret.
      Object.keys(withoutSecrets(form, value).clean as object),
    );
  provider = providerNamed(providers, fields['provider']);
  const { clean, fields: leaking } = withoutSecrets(form, fields);
  const names = Object.keys(clean as object);
  // An id that was taken out names no request.
  const { requestId, ...others } = clean as Fields;
  const parsed = form.shape.safeParse(requestId === REMOVED ? others : clean, { error: wanted });
  if (leaking.length > 0 && !(parsed.success && isUnderstood(providers, parsed.data, leaking))) {
    const message = `Cannot accept a message with a secret in it (${leaking.join(', ')}): treat that value as leaked, and give its secretId instead`;
    return refused('secret-in-message', message, names, parsed.success ? parsed.data : undefined);
  }
  if (!parsed.success) {
    const { code, message } = refusal(form, fields, provider, parsed.error);
    return refused(code, message, names);
  }
  if (provider === undefined)
    throw new Error(`Cannot find ${parsed.data.provider}: its name in the list must be its own`);
  const broken = breach(provider, parsed.data);
  return broken ? refused('malformed', broken, names) : { kind: 'request', request: parsed.data, eventAt };
};
