import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { TagResourceCommand } from '@aws-sdk/client-secrets-manager';
import type { Message } from '@aws-sdk/client-sqs';
import { afterEach, describe, expect, it } from 'vitest';
import { CONTEXT } from '../infra/app-context.ts';
import { PORTS } from '../infra/local/story/serve.ts';
import { awsCommand } from './aws-command.ts';
import { BLOCKS, type Block, PAGES, ROOT, textOf } from './pages.ts';
import { CREDENTIALS, SECRETS, seedKeys } from './seed-keys.ts';
import { sendAwsCommand } from './send-aws-command.ts';
import { type System, startSystem } from './whole/system.ts';

const WITH_AWS = BLOCKS.filter(({ text }) => /^aws /m.test(text));

/** The lines that call the AWS command line; one that goes on ends where the next begins or a comment stands. */
const linesOf = ({ text }: Block): readonly string[] =>
  text.split(/^(?=aws |#)/m).filter((line) => line.startsWith('aws '));

const titleOf = (block: Block): string => linesOf(block).join(' ').replaceAll(/\s+/g, ' ').slice(0, 60);

/** `# ends as stuck, then as revoked` */
const statedEnds = ({ text }: Block): readonly string[] =>
  /^# ends as (.+)$/m.exec(text)?.[1]?.split(', then as ') ?? [];

/** The stack's outputs as the shell variables that the pages use: `RequestsQueueUrl` as `REQUESTS_QUEUE_URL`. */
const variablesFrom = ({ deployment }: System): Record<string, string> =>
  Object.fromEntries(
    Object.entries(deployment.outputs).map(([name, value]) => [
      name.replaceAll(/(?<=[a-z])(?=[A-Z])/g, '_').toUpperCase(),
      value,
    ]),
  );

interface Scene {
  readonly without?: readonly (keyof typeof SECRETS)[];
  /** Files that a reader has made. */
  readonly files?: Readonly<Record<string, string>>;
  readonly before?: (system: System, block: Block) => Promise<void>;
  /** What becomes of it once the commands were sent. @default the queue is worked off */
  readonly after?: (system: System) => Promise<void>;
}

const DAY = '2027-03-31T16:00:00Z';

/** The sweep meets the tag, and later finds it due. */
const untilDue = async (system: System): Promise<void> => {
  await system.sweep();
  system.advance(Date.parse(DAY) - 600_000 - Date.now());
  await system.sweep();
  await system.settle(2_000);
};

/** A tag can only be taken away where there is one. */
const tagged = async ({ secrets }: System, { text }: Block): Promise<void> => {
  if (!text.includes('untag-resource')) return;
  const tags = { 'expires-at': DAY, provider: 'kalshi', operation: 'delete-key' };
  const Tags = Object.entries(tags).map(([name, Value]) => ({ Key: `key-revoker:${name}`, Value }));
  await secrets.send(new TagResourceCommand({ SecretId: SECRETS.kalshiKey, Tags }));
};

/** A request whose secret is missing, which then is stored. */
const stuckAndMended = async (system: System): Promise<void> => {
  await system.send(textOf('events/revoke.requesty-delete-key-by-manager.json'));
  await system.settle();
  await system.store(SECRETS.requestyManager, CREDENTIALS.requestyManager);
};

/** What each block with `aws` lines needs around it, by the heading that it stands under. */
const SCENES: Readonly<Record<string, Scene>> = {
  'Store a credential': {
    without: ['master'],
    files: { 'desk-7-master.json': JSON.stringify(CREDENTIALS.master) },
    after: async (system) => {
      await system.send(textOf('events/revoke.bybit-delete-sub-key-by-master.json'));
      await system.settle();
      expect(await endings(system)).toEqual(['revoked']);
    },
  },
  'Send a request': {},
  'Let a key expire': { before: tagged, after: untilDue },
  'Read a receipt': {},
  'When a request is stuck': { without: ['requestyManager'], before: stuckAndMended },
};

let system: System | undefined;
afterEach(async () => {
  await system?.close();
  system = undefined;
});

const endings = async ({ receipts }: System): Promise<readonly string[]> =>
  (await receipts()).map(({ outcome }) => outcome);

const play = async (block: Block, scene: Scene): Promise<void> => {
  const running = await startSystem();
  system = running;
  await seedKeys(running, scene);
  await scene.before?.(running, block);
  const variables = variablesFrom(running);
  const files: Record<string, string> = { ...scene.files };
  const file = (path: string): string => files[path] ?? textOf(path);
  for (const line of linesOf(block)) {
    const { Messages, FailedEntryCount = 0 } = await sendAwsCommand(awsCommand(line, { variables, file }));
    expect(FailedEntryCount).toBe(0);
    const [message] = (Messages ?? []) as readonly Message[];
    if (message?.Body) files['body.json'] = message.Body;
    if (message?.ReceiptHandle) variables['RECEIPT_HANDLE'] = message.ReceiptHandle;
  }
  await (scene.after ?? ((all: System) => all.settle()))(running);
};

describe('the commands of the pages', () => {
  it('have a scene for each section, and no scene is left over', () => {
    expect([...new Set(WITH_AWS.map(({ section }) => section))]).toEqual(Object.keys(SCENES));
  });

  it.each(WITH_AWS.map((block) => [block.section, titleOf(block), block] as const))(
    '%s: %s … works, and ends as it says',
    async (section, _line, block) => {
      await play(block, SCENES[section] ?? {});
      if (section === 'Store a credential') return;
      expect(await endings(system as System)).toEqual(statedEnds(block));
      expect(await (system as System).stuck()).toEqual([]);
    },
  );

  it('name npm scripts and files that exist', () => {
    const { scripts } = JSON.parse(textOf('package.json'));
    const commands = BLOCKS.map(({ text }) => text).join('\n') + PAGES.map(textOf).join('\n');
    const named = [...commands.matchAll(/\bnpm (?:run )?([a-z:]+)/g)].map(([, name = '']) => name);
    const builtIn: Readonly<Record<string, string | undefined>> = { ci: undefined, cit: 'test' };
    const wanted = named.flatMap((name) => (name in builtIn ? (builtIn[name] ?? []) : name));
    expect(wanted.length).toBeGreaterThan(1);
    expect(wanted.filter((name) => !(name in scripts))).toEqual([]);
  });

  it('link to pages that exist', () => {
    const links = PAGES.flatMap((page) =>
      [...textOf(page).matchAll(/\]\(([^)#:]+)(?:#[^)]*)?\)/g)].map(([, to = '']) => join(ROOT, page, '..', to)),
    );
    expect(links.length).toBeGreaterThan(5);
    expect(links.filter((link) => !existsSync(link))).toEqual([]);
  });

  it('name the address of the local run', () => {
    expect(textOf('README.md')).toContain(`http://127.0.0.1:${PORTS.aws}`);
  });

  it('use the context that the app reads', () => {
    const shown = [...textOf('README.md').matchAll(/^\| `-c (\w+)=/gm)].map(([, name]) => name);
    expect(shown).toEqual([...CONTEXT]);
  });
});
