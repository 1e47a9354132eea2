import { describe, expect, it } from 'vitest';
import { Fault } from '../../functions/core/fault.ts';
import type { Provider } from '../../functions/core/provider.ts';
import { leaksIn } from './leaks-in.ts';
import { type Played, play } from './play.ts';
import { itemsOf } from './read-corpus.ts';
import { openStage } from './stage.ts';
import { providerIn, SECRET_ID, stageForMessages } from './standing.ts';

const leaksOf = ({ outputs }: Played): readonly string[] =>
  Object.entries(outputs).flatMap(([where, text]) => leaksIn(text).map((leak) => `${where}: ${leak}`));

const MESSAGES = (['orders', 'alerts', 'credentials'] as const).flatMap((kind) =>
  itemsOf(kind).map(({ name, text }) => ({ name: `${kind}/${name}`, text })),
);

it.each(MESSAGES)('nothing secret leaves where a message is sent: $name', async ({ text }) => {
  const played = await play(await stageForMessages(), text);
  expect(played.outputs.sent).toContain('TopicArn');
  expect(leaksOf(played)).toEqual([]);
});

const OPERATIONS = { bybit: 'delete-sub-key', kalshi: 'delete-key', requesty: 'delete-key' } as const;

describe.each([
  ['', false],
  [', not even by a provider that repeats all it is sent', true],
])('nothing secret leaves where a credential is used%s', (_by, echoes) => {
  it.each(itemsOf('credentials'))('$name', async ({ name, text, answer }) => {
    const provider = providerIn(name);
    const stored = { provider, text: 'isBinary' in answer ? undefined : text };
    const order = { provider, operation: OPERATIONS[provider], secretId: SECRET_ID, target: 'self', reason: 'leaked' };
    const played = await play(await openStage({ [SECRET_ID]: stored }, { echoes }), JSON.stringify(order));
    expect(leaksOf(played)).toEqual([]);
    if (!echoes) expect(played.receipt?.outcome).toBe('taken' in answer ? 'revoked' : 'refused');
  });
});

describe('a leak is heard', () => {
  const text = (name: string): string => itemsOf('credentials').find((item) => item.name === name)?.text ?? '';
  const secretOf = (name: string): string => Object.values(JSON.parse(text(name)) as Record<string, string>)[1] ?? '';
  const pem = secretOf('kalshi-rsa-pkcs8');
  const [, line = ''] = pem.split('\n').slice(3);
  const hmac = secretOf('bybit-hmac');

  it.each([
    ['as it is', hmac],
    ['inside a JSON text inside a JSON text', JSON.stringify(JSON.stringify({ hmac: `"${hmac}"` }))],
    ['in base64', Buffer.from(`{"apiSecret":"${hmac}"}`).toString('base64')],
    ['in base64 for addresses', Buffer.from(`>>${hmac}??`).toString('base64url')],
    ['in hex', Buffer.from(hmac).toString('hex')],
    ['encoded for an address', encodeURIComponent(`a b/${hmac}`)],
    ['as one line of a PEM', `x ${line} y`],
    ['as a PEM without line breaks', pem.replaceAll('\n', '')],
    ['as a PEM with line breaks written out', JSON.stringify(JSON.stringify(pem))],
    ['as a PEM in base64', Buffer.from(pem).toString('base64')],
    ['as a PEM encoded for an address', encodeURIComponent(pem)],
    ['as a seed', secretOf('kalshi-ed25519')],
  ])('%s', (_how, output) => expect(leaksIn(output)).not.toEqual([]));

  it('wherever the function puts it', async () => {
    const memory = await stageForMessages();
    const { providers } = memory.ports;
    const credential = () => {
      throw new Fault('refused/credential-unreadable', `Cannot read ${hmac}`);
    };
    memory.ports.providers = { ...providers, bybit: { ...(providers['bybit'] as Provider), credential } };
    const [first] = itemsOf('orders');
    const heard = leaksOf(await play(memory, first?.text ?? ''));
    expect(heard).toEqual(['sent: CANARY…', 'ledger: CANARY…', 'operator: CANARY…']);
  });

  it('in the log and on the queue as well', async () => {
    const [first] = itemsOf('orders');
    const order = { ...JSON.parse(first?.text ?? ''), requestId: hmac };
    const heard = leaksOf(await play(await stageForMessages(), JSON.stringify(order)));
    expect(heard).toEqual(['printed', 'sent', 'ledger', 'queued', 'operator'].map((where) => `${where}: CANARY…`));
  });
});
