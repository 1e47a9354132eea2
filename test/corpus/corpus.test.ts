import { createHash, createPublicKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Fault } from '../../functions/core/fault.ts';
import { type Credential, type Provider, providerNamed } from '../../functions/core/provider.ts';
import { openCredential } from '../../functions/core/revoke/open-credential.ts';
import { play } from './play.ts';
import { itemsOf, type Kind, namesOf } from './read-corpus.ts';
import { openStage } from './stage.ts';
import { providerIn, SECRET_ID, stageForMessages } from './standing.ts';

describe.each<[Kind, number]>([
  ['orders', 60],
  ['credentials', 80],
  ['alerts', 30],
])('the %s', (kind, least) => {
  it(`are ${least} at least, each with its answer`, () => {
    const names = itemsOf(kind).map(({ name }) => name);
    expect(names.length).toBeGreaterThanOrEqual(least);
    expect(namesOf(kind).toSorted()).toEqual(names.toSorted());
  });

  it('hold no token that a forge would take for a live one', () => {
    const tokens =
      /PRIVATE KEY|gh[pousr]_\w{20}|github_pat_\w{20}|glpat-[\w-]{20}|xox[a-z]-\w{6}|sk-ant-|sk-proj-|A[KS]IA[A-Z0-9]{16}|eyJ\w+\.eyJ/;
    const found = namesOf(kind).filter((name) =>
      tokens.test(readFileSync(join(import.meta.dirname, kind, `${name}.txt`), 'utf8')),
    );
    expect(found).toEqual([]);
  });
});

const messages = (['orders', 'alerts'] as const).flatMap((kind) =>
  itemsOf(kind).map(({ name, text, answer }) => ({ name: `${kind}/${name}`, text, answer })),
);

it.each(messages)('a message is taken or refused as the table says: $name', async ({ text, answer }) => {
  const { receipt, request } = await play(await stageForMessages(), text);
  if ('taken' in answer) {
    expect(receipt?.outcome, receipt?.message).not.toBe('refused');
    expect(request).toMatchObject(answer.taken);
  } else {
    expect([receipt?.outcome, receipt?.code]).toEqual(['refused', answer.refused]);
    for (const words of answer.says) expect(receipt?.message).toContain(words);
    expect(receipt?.calls).toBe(0);
  }
});

const publicKeyOf = (privateKey: string): string => {
  const der = createPublicKey(privateKey).export({ type: 'spki', format: 'der' });
  return createHash('sha256').update(der).digest('hex').slice(0, 16);
};

/** What the table says of a credential that is taken. */
const readIn = ({ environment, keyId, claimedId, parts }: Credential) => {
  const { privateKey, apiSecret, apiKey } = parts.reveal();
  const named = keyId === undefined ? { bearer: apiKey } : { keyId };
  return {
    environment,
    ...(claimedId ? { claimedId: claimedId.reveal() } : named),
    ...(apiSecret === undefined ? {} : { apiSecret }),
    ...(privateKey === undefined ? {} : { publicKey: publicKeyOf(privateKey) }),
  };
};

it.each(itemsOf('credentials'))(
  'a credential is taken or refused as the table says: $name',
  async ({ name, text, answer }) => {
    const provider = providerIn(name);
    const isBinary = 'isBinary' in answer;
    const { ports } = await openStage({ [SECRET_ID]: { provider, text: isBinary ? undefined : text } });
    const held = await openCredential(
      ports,
      providerNamed(ports.providers, provider) as Provider,
      SECRET_ID,
      'AWSCURRENT',
    ).catch((error: unknown) => error);
    if ('taken' in answer) {
      if (held instanceof Error) throw held;
      expect(readIn((held as { credential: Credential }).credential)).toEqual(answer.taken);
    } else {
      if (!(held instanceof Fault)) throw new Error('Cannot find a refusal');
      expect(held.outcome).toBe(`refused/${answer.refused}`);
      for (const words of answer.says) expect(held.message).toContain(words);
    }
  },
);
