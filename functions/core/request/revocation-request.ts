import * as z from 'zod';
import { fromIso } from '../epoch.ts';
import { type Locator, type Provider, type Providers, providerNamed, type Settings } from '../provider.ts';
import { REASONS, type Reason } from '../reason.ts';
import { REQUEST_ID } from './marks.ts';

/**
 * The key to revoke: the signing key itself, or the fields that name the key. These are the provider's field for an identifier, or
 * `secretId` with `secretVersion`, and the provider's locators beside either.
 */
export type Target = 'self' | Readonly<Record<string, string>>;

/** A parsed request. `requestId` is filled in before it is used. */
export interface RevocationRequest {
  readonly version: 1;
  readonly provider: string;
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
  /** Asks only whether the key is still as its request left it: probes, no call. Only this system sends it. */
  readonly look?: true | undefined;
}

/** What the id of an expiry order begins with. A digest follows. */
export const EXPIRY_ID = 'expiry-';

/** Whether a sweep sent the request. It may be withdrawn until its call leaves. */
export const isExpiryOrder = (requestId: string): boolean => /^expiry-[0-9a-f]{64}$/.test(requestId);

/** Whether a version is named by its id. Any other name is a stage label, which a rotation moves to another version. */
export const isVersionId = (version: string): boolean => /^[\w-]{32,64}$/.test(version);

const name = z.string().min(1).max(2_048);
/** What Secrets Manager accepts as a name, an ARN or a version. */
const secretId = z.string().regex(/^[\w/+=.@!:-]{1,2048}$/, 'it must be the name or the ARN of a secret');
const secretVersion = z.string().regex(/^[\w+=.@!-]{1,256}$/, 'it must be AWSCURRENT, AWSPREVIOUS or a version id');
const claim = z.string().min(1).max(1_024);

const instant = z
  .string()
  .refine((text) => fromIso(text) !== undefined, 'it must be RFC 3339 with a zone, such as 2027-03-31T18:00:00+02:00')
  .meta({ format: 'date-time' });

const common = {
  version: z.literal(1).default(1),
  secretId,
  secretVersion: secretVersion.default('AWSCURRENT'),
  reason: z.enum(REASONS).default('manual'),
  requestId: z.string().regex(REQUEST_ID, 'it must be 1 to 256 printable characters without #, ~ and !').optional(),
  requestedBy: claim.optional(),
  reference: claim.optional(),
  notBefore: instant.optional(),
  expectedEnvironment: name.optional(),
  dryRun: z.boolean().default(false),
  look: z.literal(true).optional(),
};

const optional = (locators: Provider['locators']) =>
  Object.fromEntries(Object.entries(locators).map(([field, shape]) => [field, shape.optional()]));

/** An object that names a key. Its locators stand among its fields, or together under `locator`. */
const naming = (fields: z.ZodRawShape, locators: Provider['locators']): z.ZodType => {
  const places = optional(locators);
  if (Object.keys(places).length === 0) return z.strictObject(fields);
  return z
    .strictObject({ ...fields, ...places, locator: z.strictObject(places).optional() })
    .transform(({ locator, ...rest }, { addIssue }) => {
      const twice = Object.keys(locator ?? {}).find((place) => place in rest);
      if (twice !== undefined) {
        const message = `give ${twice} only once, beside the key or under locator`;
        addIssue({ code: 'custom', path: ['locator'], message });
      }
      // As release 0.1.0 wrote it, so that a request keeps its digest.
      return { ...rest, ...locator };
    });
};

/** @param everyLocator of all providers: release 0.1.0 took them beside any secret, and requests of that form may wait on a queue */
const shapeOf = (provider: Provider, everyLocator: Provider['locators']) => {
  const { keyForm, locators, operations, settings } = provider;
  const inSecret = { secretId, secretVersion: secretVersion.optional(), ...optional(everyLocator) };
  return z.strictObject({
    provider: z.literal(provider.name),
    operation: z.enum(Object.keys(operations)),
    target: z.union(
      [z.literal('self'), naming({ [keyForm.field]: keyForm.shape }, locators), naming(inSecret, locators)],
      { error: 'it must be "self" or an object that names the key' },
    ),
    ...(settings && { settings: settings.shape.optional() }),
    ...common,
  });
};

type Shape = ReturnType<typeof shapeOf>;

/** How users may write an order, for a list of providers. */
export interface RequestForm {
  /** One order, with defaults filled in. Unknown fields are refused, so that a typing error kills no key. */
  readonly shape: z.ZodType<RevocationRequest>;
  /** A shape for each provider. */
  readonly options: readonly Shape[];
  /** Every field that some order may have, at any depth. */
  readonly fields: readonly string[];
  /** Fields that hold identifiers, which are long and unbroken without being secret. */
  readonly identifiers: ReadonlySet<string>;
  /** What the secrets of these providers look like. */
  readonly secretForms: readonly RegExp[];
}

const formOf = (providers: Providers): RequestForm => {
  const all = Object.values(providers);
  const everyLocator = Object.assign({}, ...all.map(({ locators }) => locators)) as Provider['locators'];
  const options = all.map((provider) => shapeOf(provider, everyLocator));
  const naming = [...all.map(({ keyForm }) => keyForm.field), ...Object.keys(everyLocator)];
  const settings = all.flatMap(({ settings }) => settings?.fields ?? []);
  return {
    shape: z.discriminatedUnion('provider', options as [Shape, ...Shape[]], {
      error: `it must be one of ${Object.keys(providers).join(', ')}`,
    }) as unknown as z.ZodType<RevocationRequest>,
    options,
    fields: [...new Set([...options.flatMap(({ shape }) => Object.keys(shape)), ...settings, ...naming, 'locator'])],
    identifiers: new Set(['secretId', 'secretVersion', 'requestId', ...naming]),
    secretForms: all.flatMap(({ secretForms }) => secretForms),
  };
};

const FORMS = new WeakMap<Providers, RequestForm>();

/** The form for a list of providers. It is made once for each list: making it takes longer than reading a hundred orders. */
export const requestForm = (providers: Providers): RequestForm => {
  const made = FORMS.get(providers);
  if (made) return made;
  const form = formOf(providers);
  FORMS.set(providers, form);
  return form;
};

/** How a target names its key; a locator is what the provider's `locators` say. */
export interface NamedTarget {
  /** The provider's own identifier, if the target gives it. */
  readonly keyId: string | undefined;
  /** The secret that holds the key, if the target names one. */
  readonly secret: { readonly secretId: string; readonly secretVersion: string | undefined } | undefined;
  readonly locator: Locator;
}

/** Takes a target apart. Everything in it is `undefined` or empty for `self`. */
export const namedTarget = (
  providers: Providers,
  { provider: name, target }: Pick<RevocationRequest, 'provider' | 'target'>,
): NamedTarget => {
  const provider = providerNamed(providers, name);
  if (typeof target !== 'object' || provider === undefined) return { keyId: undefined, secret: undefined, locator: {} };
  const { secretId, secretVersion } = target;
  return {
    keyId: target[provider.keyForm.field],
    secret: secretId === undefined ? undefined : { secretId, secretVersion },
    locator: Object.fromEntries(Object.entries(target).filter(([field]) => Object.hasOwn(provider.locators, field))),
  };
};

/** Whether a request itself says which key it means: by an identifier, or by the id of the version that holds the key. */
export const namesItsKey = (
  providers: Providers,
  request: Pick<RevocationRequest, 'provider' | 'target' | 'secretVersion'>,
): boolean => {
  const { keyId, secret } = namedTarget(providers, request);
  if (keyId !== undefined) return true;
  const version = request.target === 'self' ? request.secretVersion : secret?.secretVersion;
  return version !== undefined && isVersionId(version);
};
