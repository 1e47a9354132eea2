import type { ProviderName } from '../../../infra/key-revocation-props.ts';
import type { Sandboxes } from '../../../infra/local/sandbox/index.ts';
import { type Random, whole } from '../chance/random.ts';
import { type CastKeys, castFor } from './casts.ts';
import type { Recipe } from './recipes.ts';
import { scriptFault } from './script-fault.ts';

/** A credential under the prefix; tags in the form of Secrets Manager's own without their prefix. */
export interface Stored {
  readonly name: string;
  readonly credential: Readonly<Record<string, string>>;
  readonly tags: Readonly<Record<string, string>>;
}

/** One request of a run, with everything that it is judged by. Instants in epoch milliseconds. */
export interface CrashOrder {
  /** Counts from 1 and stands in whatever the order sends, so that it is known again. */
  readonly n: number;
  readonly name: string;
  readonly recipe: Recipe;
  readonly provider: ProviderName;
  readonly world: string;
  /** The key that the request is about, and the one that signs. */
  readonly keyId: string;
  readonly signerId: string;
  readonly stored: readonly Stored[];
  /** The request as it is sent; nothing is sent for a tag. */
  readonly body: Readonly<Record<string, unknown>>;
  readonly sentAt: number;
  /** No call may leave before. */
  readonly dueAt: number;
  readonly isUrgent: boolean;
  /** Sent once more, word for word. */
  readonly isSentTwice: boolean;
}

export interface OrderOptions {
  readonly n: number;
  readonly recipe: Recipe;
  readonly startAt: number;
  /** Over so many milliseconds the orders of a run are sent. */
  readonly spanMs: number;
  readonly sandboxes: Sandboxes;
  readonly random: Random;
}

const REASONS = ['leaked', 'incident', 'manual', 'offboarded'] as const;
const URGENT: readonly string[] = ['leaked', 'incident'];
/** A sweep looks fifteen minutes ahead, every five; by then two of them have met the tag. */
const TAG_DUE_MS = { from: 660_000, span: 240_000 };

/** What stands in everything that an order sends. */
const markOf = (n: number): string => `crash-run-${n}`;

/** Which order a text is about, by its mark. */
export const orderNumberIn = (text: string): number => Number(/crash-run-(\d+)/.exec(text)?.[1] ?? 0);

const tagsOf = ({ provider, operation, signer }: Recipe, dueAt: number, managingSecret: string): Stored['tags'] => ({
  'expires-at': new Date(dueAt).toISOString(),
  provider,
  operation,
  ...(signer === 'managing' ? { 'signed-by': managingSecret } : {}),
});

const requestOf = ({ recipe, n }: OrderOptions, cast: CastKeys, names: { own: string; managing: string }) => {
  const { target, signer, provider, operation } = recipe;
  const named = target === 'secret' ? { secretId: names.own } : target === 'self' ? 'self' : cast.named[target];
  const secretId = signer === 'own' ? names.own : names.managing;
  return { provider, operation, secretId, target: named, reference: markOf(n), requestedBy: 'npm run crash-runs' };
};

const nameOf = ({ provider, operation, signer, target, signing, comes, lacks, fields = {} }: Recipe): string => {
  const by = `${provider}/${operation} by its ${signer} key`;
  const special = [signing, comes && `by ${comes}`, lacks && 'without permission', ...Object.keys(fields)];
  return [by, `target ${target}`, ...special.filter((word) => word !== undefined)].join(', ');
};

/** Makes the n-th order of a run, and its keys at the provider. */
export const makeOrder = (options: OrderOptions): CrashOrder => {
  const { n, recipe, startAt, spanMs, sandboxes, random } = options;
  const cast = castFor(n, recipe, sandboxes);
  const { target, managing } = cast;
  const signer = recipe.signer === 'managing' && managing ? managing : target;
  const names = { own: `key-revoker/${markOf(n)}/own`, managing: `key-revoker/${markOf(n)}/managing` };
  const isTag = recipe.comes === 'tag';
  const sentAt = startAt + whole(random, spanMs);
  const dueAt = isTag ? startAt + TAG_DUE_MS.from + whole(random, TAG_DUE_MS.span) : sentAt + (recipe.waitsMs ?? 0);
  const reason = recipe.fields?.['reason'] ?? REASONS[whole(random, REASONS.length)];
  const fault = scriptFault(sandboxes[recipe.provider], recipe.provider, signer.keyId, random);
  const hasId = recipe.comes !== 'bus' && whole(random, 4) > 0;
  const request = {
    ...requestOf(options, cast, names),
    reason,
    ...(hasId ? { requestId: `${markOf(n)}-request` } : {}),
    ...(recipe.waitsMs ? { notBefore: new Date(dueAt).toISOString() } : {}),
    ...recipe.fields,
  };
  return {
    n,
    name: [nameOf(recipe), fault].filter(Boolean).join(', '),
    recipe,
    provider: recipe.provider,
    world: target.world,
    keyId: target.keyId,
    signerId: signer.keyId,
    stored: [
      {
        name: names.own,
        credential: target.credential,
        tags: isTag ? tagsOf(recipe, dueAt, names.managing) : {},
      },
      ...(managing ? [{ name: names.managing, credential: managing.credential, tags: {} }] : []),
    ],
    body: request,
    sentAt,
    dueAt,
    isUrgent: !isTag && URGENT.includes(String(reason)),
    // A body that is not a valid request ends under its message's id, so that two of them are two.
    isSentTwice: hasId && !recipe.ends.includes('refused/target-missing') && whole(random, 5) === 0,
  };
};
