import { describe, expect, it } from 'vitest';
import type { Answer } from '../../../../functions/core/answer.ts';
import type { ControlReading } from '../../../../functions/core/attempt/round.ts';
import { after, type EpochMs } from '../../../../functions/core/epoch.ts';
import type { Opened } from '../../../../functions/core/ports.ts';
import type { Provider } from '../../../../functions/core/provider.ts';
import { askControl } from '../../../../functions/core/revoke/ask-control.ts';
import { atWork } from '../attempt-contexts.ts';
import { Crash, openedAs } from '../memory-ports.ts';
import { answerOf, NOON } from '../rounds.ts';
import { questionOf, withoutSlot } from '../scripted-provider.ts';
import { KEY, OTHER } from '../scripted-system.ts';

const CONTROL = '00000000-0000-0000-0000-00000000000c';
const NAME = `kalshi/prod/${CONTROL}`;
const ALIVE = answerOf('alive', { facts: { sameAccount: 'yes' } });
const STRANGE = answerOf('alive');
const LISTED = answerOf('listed', { identified: true, facts: { sameAccount: 'yes' } });
const REFUSED = answerOf('silent', { code: 'NOT_FOUND', means: { end: 'stuck/credential-refused' } });
const SECOND = 1_000;
const MINUTE = 60 * SECOND;

const holding = (credential: unknown): Opened =>
  openedAs(JSON.stringify(credential), { arn: 'c1', name: 'key-revoker/control' });

interface Given {
  /** By the secret that was tagged; asked in that order. */
  readonly secrets?: Readonly<Record<string, Opened>>;
  readonly answers?: readonly (Answer | undefined)[];
  /** Control keys that were accepted beside the target before. */
  readonly controls?: readonly string[];
  readonly items?: Readonly<Record<string, object>>;
  readonly control?: Provider['control'];
}

const C1 = { 'key-revoker/c1': holding({ keyId: CONTROL }) };

const asking = ({ secrets = C1, answers = [ALIVE], controls, items = {}, ...given }: Given = {}) => {
  const { memory, context } = atWork({ control: answers }, { secrets });
  const { control = () => questionOf('control', 'control') } = given;
  const provider = { ...context.provider, control };
  memory.items.set('sweep#controls kalshi', { rev: 1, nonce: '', arns: Object.keys(secrets) });
  for (const [name, item] of Object.entries(items)) memory.items.set(name, { rev: 1, nonce: '', ...item });
  const ask = (since?: EpochMs | 'search') => askControl({ ...context, provider }, context, { controls }, {}, since);
  return { memory, ask };
};

const brief = ({ saw, keyName, listed, evidence }: ControlReading) =>
  [saw, keyName, listed && 'lists the target', `${evidence.length} asked`].filter(Boolean).join(', ');

describe('a control key', () => {
  it.each<[string, Given, string]>([
    ['of the account is accepted', {}, `accepted, ${NAME}, 1 asked`],
    ['names the target', { answers: [LISTED] }, `accepted, ${NAME}, lists the target, 1 asked`],
    ['of an account that nobody knows counts for nothing', { answers: [STRANGE] }, 'nothing, 1 asked'],
    [
      'that was of the account before is so still',
      { answers: [STRANGE], controls: [NAME] },
      `accepted, ${NAME}, 1 asked`,
    ],
    ['of the account is refused', { answers: [REFUSED], controls: [NAME] }, 'refused, 1 asked'],
    ['is not known any more', { answers: [answerOf('unknown')], controls: [NAME] }, 'refused, 1 asked'],
    ['that never was of the account is refused', { answers: [REFUSED] }, 'nothing, 1 asked'],
    ['does not answer', { answers: [undefined], controls: [NAME] }, 'nothing, 1 asked'],
    ['is the target itself', { secrets: { 'key-revoker/c1': holding({ keyId: KEY }) } }, 'nothing, 0 asked'],
    [
      'is of another host',
      { secrets: { 'key-revoker/c1': holding({ keyId: CONTROL, environment: 'demo' }) } },
      'nothing, 0 asked',
    ],
    ['cannot be read', { secrets: { 'key-revoker/c1': holding({}) } }, 'nothing, 0 asked'],
    ['has no slot of its rate left', { control: () => withoutSlot('control', 'control') }, 'nothing, 0 asked'],
    [
      'was deleted by this system',
      { items: { [`case#${NAME} case`]: { attempts: {}, proved: { at: NOON } } } },
      'nothing, 0 asked',
    ],
    [
      'is named only by its answer',
      {
        secrets: { 'key-revoker/c1': holding({ keyId: '' }) },
        answers: [answerOf('alive', { facts: { keyId: CONTROL, sameAccount: 'yes' } })],
      },
      `accepted, ${NAME}, 1 asked`,
    ],
    ['is named by nothing', { secrets: { 'key-revoker/c1': holding({ keyId: '' }) } }, 'nothing, 0 asked'],
    [
      'turns out to be the target',
      {
        secrets: { 'key-revoker/c1': holding({ keyId: '' }) },
        answers: [answerOf('alive', { facts: { keyId: KEY, sameAccount: 'yes' } })],
      },
      'nothing, 0 asked',
    ],
  ])('%s', async (_what, given, expected) => expect(brief(await asking(given).ask())).toBe(expected));

  it('is opened in its current version, and asked about the target that it stands beside', async () => {
    const seen: unknown[] = [];
    const { ask, memory } = asking({
      secrets: { 'key-revoker/c1@AWSCURRENT': holding({ keyId: CONTROL }) },
      control: (credential, target) => {
        seen.push([credential.keyId, target]);
        return questionOf('control', 'control');
      },
    });
    memory.items.set('sweep#controls kalshi', { rev: 1, nonce: '', arns: ['key-revoker/c1'] } as never);
    expect(brief(await ask())).toBe(`accepted, ${NAME}, 1 asked`);
    expect(seen).toEqual([[CONTROL, { keyId: KEY, self: true, facts: {} }]]);
  });

  it('is none where the provider has no question for it, or where no secret is tagged', async () => {
    const { memory, context } = atWork({ control: [ALIVE] }, { secrets: C1 });
    memory.items.set('sweep#controls kalshi', { rev: 1, nonce: '', arns: ['key-revoker/c1'] } as never);
    const { control: _, ...provider } = context.provider;
    expect(brief(await askControl({ ...context, provider }, context, {}, {}))).toBe('nothing, 0 asked');
    expect(brief(await asking({ secrets: {} }).ask())).toBe('nothing, 0 asked');
  });

  it('is passed over while Secrets Manager does not give it, but a defect shows', async () => {
    const { ask, memory } = asking();
    memory.ports.vault = { ...memory.ports.vault, open: () => Promise.reject(new Crash('defect')) };
    await expect(ask()).rejects.toBeInstanceOf(Crash);
  });
});

describe('several control keys', () => {
  const TWO = `kalshi/prod/${OTHER}`;
  const two = { 'key-revoker/c1': holding({ keyId: CONTROL }), 'key-revoker/c2': holding({ keyId: OTHER }) };

  it('are asked until one is accepted', async () => {
    const given = { secrets: two, answers: [REFUSED, STRANGE], controls: [NAME, TWO] };
    expect(brief(await asking(given).ask())).toBe(`accepted, ${TWO}, 2 asked`);
  });

  it('are refused if one that is of the account is refused and no other answers', async () => {
    const given = { secrets: two, answers: [REFUSED, undefined], controls: [NAME, TWO] };
    expect(brief(await asking(given).ask())).toBe('refused, 2 asked');
  });

  it('are all asked in a search, until one is of the account', async () => {
    const ids = ['3', '4', '5', CONTROL];
    const secrets = Object.fromEntries(ids.map((keyId) => [`key-revoker/${keyId}`, holding({ keyId })]));
    const answers = [STRANGE, STRANGE, STRANGE, ALIVE];
    expect(brief(await asking({ secrets, answers }).ask('search'))).toBe(`accepted, ${NAME}, 4 asked`);
    expect(brief(await asking({ secrets, answers }).ask())).toBe('nothing, 3 asked');
  });

  it('are asked in the order of what is known of them, and no more than three', async () => {
    const four = { ...two, 'key-revoker/c3': holding({ keyId: '3' }), 'key-revoker/c4': holding({ keyId: '4' }) };
    const items = {
      'control-key#key-revoker/c1 control-key': { keyName: NAME },
      'control-key#key-revoker/c4 control-key': { keyName: '4' },
    };
    const opened: string[] = [];
    const { ask, memory } = asking({ secrets: four, answers: [STRANGE], controls: ['4'], items });
    const { open } = memory.ports.vault;
    memory.ports.vault = {
      ...memory.ports.vault,
      open: (id, version) => {
        opened.push(id);
        return open(id, version);
      },
    };
    await ask();
    expect(opened).toEqual(['key-revoker/c4', 'key-revoker/c2', 'key-revoker/c3']);
  });
});

describe('an acceptance', () => {
  const item = (agoMs: number) => ({
    'control-key#key-revoker/c1 control-key': { keyName: NAME, acceptedAt: after(NOON, -agoMs) },
  });
  const shared = (agoMs: number, since: EpochMs | undefined, controls: string[] = [NAME]) =>
    asking({ controls, items: item(agoMs) }).ask(since);

  it('serves other readings for half a minute, if it lies after their first absence', async () => {
    expect(brief(await shared(30 * SECOND, after(NOON, -30 * SECOND)))).toBe(`accepted, ${NAME}, 0 asked`);
    expect(brief(await shared(30 * SECOND + 1, after(NOON, -MINUTE)))).toBe(`accepted, ${NAME}, 1 asked`);
    expect(brief(await shared(10 * SECOND, after(NOON, -10 * SECOND + 1)))).toBe(`accepted, ${NAME}, 1 asked`);
    expect(brief(await shared(SECOND, undefined))).toBe(`accepted, ${NAME}, 1 asked`);
  });

  it('does not serve a key that is not known to be of the account', async () =>
    expect(brief(await shared(SECOND, after(NOON, -MINUTE), []))).toBe(`accepted, ${NAME}, 1 asked`));

  it('is written down, and takes back what was written of refusals', async () => {
    const { ask, memory } = asking({
      items: { 'control-key#key-revoker/c1 control-key': { keyName: NAME, refusedSince: after(NOON, -MINUTE) } },
    });
    await ask();
    expect(memory.items.get('control-key#key-revoker/c1 control-key')).toEqual({
      rev: 2,
      nonce: 'id-1',
      keyName: NAME,
      acceptedAt: NOON,
    });
  });
});

describe('a refusal', () => {
  const since = (agoMs: number, keyName = NAME) =>
    asking({
      answers: [REFUSED],
      controls: [NAME],
      items: {
        'control-key#key-revoker/c1 control-key': { keyName, acceptedAt: 1, refusedSince: after(NOON, -agoMs) },
      },
    });

  it('is written down with its beginning', async () => {
    const { ask, memory } = since(MINUTE);
    await ask();
    expect(memory.items.get('control-key#key-revoker/c1 control-key')).toMatchObject({
      keyName: NAME,
      acceptedAt: 1,
      refusedSince: after(NOON, -MINUTE),
    });
  });

  it('counts for an hour', async () => {
    expect(brief(await since(60 * MINUTE - 1).ask())).toBe('refused, 1 asked');
    expect(brief(await since(60 * MINUTE).ask())).toBe('nothing, 1 asked');
  });

  it('of the key that the secret held before counts for nothing', async () => {
    const { ask, memory } = since(60 * MINUTE, 'kalshi/prod/before');
    expect(brief(await ask())).toBe('refused, 1 asked');
    expect(memory.items.get('control-key#key-revoker/c1 control-key')).toEqual({
      rev: 2,
      nonce: 'id-1',
      keyName: NAME,
      refusedSince: NOON,
    });
  });

  it('is not written where the key was not answered at all', async () => {
    const { ask, memory } = asking({ answers: [undefined], controls: [NAME] });
    await ask();
    expect(memory.items.has('control-key#key-revoker/c1 control-key')).toBe(false);
  });
});
