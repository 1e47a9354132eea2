import type { Seeded } from '../orders/order-under-test.ts';

interface Asked {
  readonly provider: string;
  readonly operation: string;
  readonly secretId: string;
  readonly target: 'self' | Readonly<Record<string, string>>;
  readonly settings?: { readonly readOnly: number; readonly permissions: Readonly<Record<string, readonly string[]>> };
}

const wordsOf = (fields: Readonly<Record<string, unknown>>): string =>
  Object.entries(fields)
    .map(([name, value]) => `${name}=${value}`)
    .join(' ');

const settingsOf = ({ settings }: Asked): Readonly<Record<string, string>> => {
  if (settings === undefined) return {};
  const groups = Object.entries(settings.permissions).map(([group, values]) => [`permissions.${group}`, values.join()]);
  return { 'key-revoker:settings': wordsOf({ readOnly: settings.readOnly, ...Object.fromEntries(groups) }) };
};

/** The secret to hang a request's order on, and the tags that say the same as the request. */
export const tagsFor = (
  { request, secrets, target: keyId, signer }: Seeded,
  expiresAt: string,
): { readonly secret: string; readonly tags: Readonly<Record<string, string>> } => {
  const asked = request as unknown as Asked;
  const { provider, operation, secretId, target } = asked;
  const other = Object.keys(secrets).find((name) => name !== secretId) ?? secretId;
  const isManaged = keyId !== signer;
  const isNamed = target !== 'self' && target['secretId'] === undefined;
  const secret = target === 'self' ? secretId : (target['secretId'] ?? (isManaged ? other : secretId));
  return {
    secret,
    tags: {
      'key-revoker:expires-at': expiresAt,
      'key-revoker:provider': provider,
      'key-revoker:operation': operation,
      ...(isManaged ? { 'key-revoker:signed-by': secretId } : {}),
      ...(isNamed ? { 'key-revoker:target': wordsOf(target) } : {}),
      ...settingsOf(asked),
    },
  };
};
