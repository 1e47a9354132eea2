import type * as z from 'zod';
import { type EpochMs, fromIso } from '../epoch.ts';
import { jsonOrUndefined, type ReadJson, readJson } from '../json.ts';
import type { RefusedCode } from '../outcome.ts';
import { kindOf, type Provider, type Providers, providerNamed } from '../provider.ts';
import { REQUEST_ID } from './marks.ts';
import { isExpiryOrder, type RequestForm, type RevocationRequest, requestForm } from './revocation-request.ts';
import { objection, wanted } from './schema-errors.ts';
import { CLAIM_FIELDS, REMOVED, withoutSecrets } from './secret-scan.ts';
import { type Unwrapped, unwrap } from './unwrap.ts';
import type { IsRequestTopic } from './wrappers.ts';

/** The longest body that is read, in characters. A whole request has about 600. */
export const MAX_BODY_LENGTH = 16_384;

/** The id that the sender of a refused message waits for. */
export interface AskedId {
  readonly text: string;
  /** Whether it may be shown as it is. Otherwise only its digest may be. */
  readonly isPlain: boolean;
}

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
      readonly askedId: AskedId | undefined;
    };

type Fields = Readonly<Record<string, unknown>>;

const textIn = (fields: Fields | undefined, name: string): string => {
  const text = fields?.[name];
  return typeof text === 'string' ? text : '';
};

/** The order with what is known of its sender: the event's id, and who the event says that it is from. */
const filled = ({ fields, event, eventId }: Unwrapped): Fields => {
  const sender = [textIn(event, 'account'), textIn(event, 'source')].filter(Boolean).join('/');
  return { ...(eventId ? { requestId: eventId } : {}), ...(sender ? { requestedBy: sender } : {}), ...fields };
};

/** The id of a refused message, and whether it may be shown. */
const askedIdOf = (form: RequestForm, { id }: Unwrapped): AskedId | undefined => {
  if (id === undefined) return undefined;
  const { text, isOwn } = id;
  // Who names a request chooses a long id. What stands around it may be anything.
  const isPlain =
    REQUEST_ID.test(text) && withoutSecrets(form, { [isOwn ? 'requestId' : '']: text }).fields.length === 0;
  return { text, isPlain };
};

/** In a text that is no JSON, such as a scanner's lines of JSON, the first line tells what it is. */
const readBody = (body: string): ReadJson => {
  const read =
    body.length > MAX_BODY_LENGTH
      ? {
          value: jsonOrUndefined(body),
          problem: `it must have at most ${MAX_BODY_LENGTH} characters; it has ${body.length}`,
        }
      : readJson(body);
  return read.value === undefined ? { ...read, value: [jsonOrUndefined(body.split('\n', 1)[0] ?? '')] } : read;
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

/** What the reader of a message has to know of its deployment. */
export interface ParseOptions {
  /** @default no topic */
  readonly isRequestTopic?: IsRequestTopic;
}

/**
 * Reads a message's body: a request, bare or in at most two wrappers that are opened. Total: any other body is `refused`, with a
 * sentence that quotes no value.
 */
export const parseRequest = (
  providers: Providers,
  body: string,
  { isRequestTopic = () => false }: ParseOptions = {},
): Parsed => {
  const form = requestForm(providers);
  const unwrapped = unwrap(readBody(body), form.fields, isRequestTopic);
  const fields = filled(unwrapped);
  const { clean, fields: leaking } = withoutSecrets(form, fields);
  // A name may itself be a secret.
  const names = Object.keys(clean as object);
  const provider = unwrapped.objection === undefined ? providerNamed(providers, fields['provider']) : undefined;
  const refused = (code: RefusedCode, message: string, valid?: RevocationRequest): Parsed => {
    const askedId = askedIdOf(form, unwrapped);
    return { kind: 'refused', code, message, fields: names, clean: valid, provider: provider?.name, askedId };
  };
  if (unwrapped.objection !== undefined) return refused('malformed', unwrapped.objection);
  // An id that was taken out names no request.
  const { requestId, ...others } = clean as Fields;
  const parsed = form.shape.safeParse(requestId === REMOVED ? others : clean, { error: wanted });
  if (leaking.length > 0 && !(parsed.success && isUnderstood(providers, parsed.data, leaking))) {
    const message = `Cannot accept a message with a secret in it (${leaking.join(', ')}): treat that value as leaked, and give its secretId instead`;
    return refused('secret-in-message', message, parsed.success ? parsed.data : undefined);
  }
  if (!parsed.success) {
    const { code, message } = refusal(form, fields, provider, parsed.error);
    return refused(code, message);
  }
  if (provider === undefined)
    throw new Error(`Cannot find ${parsed.data.provider}: its name in the list must be its own`);
  const broken = breach(provider, parsed.data);
  if (broken) return refused('malformed', broken);
  return { kind: 'request', request: parsed.data, eventAt: fromIso(textIn(unwrapped.event, 'time')) };
};
