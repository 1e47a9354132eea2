import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TagResourceCommand } from '@aws-sdk/client-secrets-manager';
import { afterEach, describe, expect, it, onTestFinished } from 'vitest';
import { CONTEXT } from '../infra/app-context.ts';
import { FIRST_PORT } from '../infra/local/story/serve.ts';
import { awsCommand } from './aws-command.ts';
import { awsOutput } from './aws-output.ts';
import { BLOCKS, type Block, ROOT, textOf } from './pages.ts';
import { runShell } from './run-shell.ts';
import { CREDENTIALS, SECRETS, seedKeys } from './seed-keys.ts';
import { sendAwsCommand } from './send-aws-command.ts';
import { variablesFrom } from './variables-from.ts';
import { type System, startSystem } from './whole/system/system.ts';

const WITH_AWS = BLOCKS.filter(({ text }) => /^aws /m.test(text));

/** What a block calls, to tell it from the others of its section. */
const titleOf = ({ text }: Block): string => [...text.matchAll(/^aws .*/gm)].join(' ').slice(0, 60);

/** `# ends as stuck, then as revoked` */
const statedEnds = ({ text }: Block): readonly string[] =>
  /^# ends as (.+)$/m.exec(text)?.[1]?.split(', then as ') ?? [];

interface Scene {
  readonly without?: readonly (keyof typeof SECRETS)[];
  /** Files that a reader has made. */
  readonly files?: Readonly<Record<string, string>>;
  readonly before?: (system: System, block: Block) => Promise<void>;
  /** What becomes of it once the commands were sent. @default the queue is worked off */
  readonly after?: (system: System) => Promise<void>;
}

const DAY = '2099-03-31T16:00:00Z';

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

/** What each block with `aws` lines needs around it, by the heading that it stands under. */
const SCENES: Readonly<Record<string, Scene>> = {
  'Read a receipt': {},
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
  'Keep a control key': { after: async (running) => expect((await running.tick()).controls).toBe(1) },
};

let system: System | undefined;
afterEach(async () => {
  await system?.close();
  system = undefined;
});

const endings = async ({ receipts }: System): Promise<readonly string[]> =>
  (await receipts()).map(({ outcome }) => outcome);

/** Runs a block in a real shell, in a folder of its own with `events/` in it, its `aws` sent to the system. */
const run = async (block: Block, running: System, { files = {} }: Scene): Promise<void> => {
  const folder = mkdtempSync(join(tmpdir(), 'pages-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  symlinkSync(join(ROOT, 'events'), join(folder, 'events'));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  const file = (path: string): string => readFileSync(join(folder, path), 'utf8');
  await runShell(block.text, {
    folder,
    now: Math.floor(Date.now() / 1000),
    variables: variablesFrom(running),
    aws: async (words) => {
      const { query, output, ...command } = awsCommand(words, file);
      const { $metadata, ...reply } = await sendAwsCommand(command);
      expect([reply['FailedEntryCount'] ?? 0, reply['Failed'] ?? []]).toEqual([0, []]);
      return awsOutput(reply, { ...(query && { query }), ...(output && { output }) });
    },
  });
};

const play = async (block: Block, scene: Scene, running: System): Promise<void> => {
  await scene.before?.(running, block);
  await run(block, running, scene);
  await (scene.after ?? ((all: System) => all.settle()))(running);
};

const started = async ({ without = [] }: Scene): Promise<System> => {
  system = await startSystem();
  await seedKeys(system, { without });
  return system;
};

describe('the commands of the pages', () => {
  it('have a scene for each section, and no scene is left over', () => {
    expect([...new Set(WITH_AWS.map(({ section }) => section))]).toEqual(Object.keys(SCENES));
  });

  it.each(WITH_AWS.map((block) => [block.section, titleOf(block), block] as const))(
    '%s: %s … works, and ends as it says',
    async (section, _line, block) => {
      const scene = SCENES[section] ?? {};
      const running = await started(scene);
      await play(block, scene, running);
      if (section === 'Store a credential') return;
      expect(await endings(running)).toEqual(statedEnds(block));
      expect(await running.stuck()).toEqual([]);
    },
  );

  it('of the README end as it says one after another as well, on the same keys', async () => {
    const running = await started({});
    const sections = ['Send a request', 'Let a key expire'];
    const blocks = WITH_AWS.filter(({ section, text }) => sections.includes(section) && !text.includes('untag-'));
    for (const block of blocks) await play(block, SCENES[block.section] ?? {}, running);
    expect(blocks).toHaveLength(5);
    expect(await endings(running)).toEqual(blocks.flatMap(statedEnds));
  });

  it('name the address of the local run', () => {
    expect(textOf('README.md')).toContain(`http://127.0.0.1:${FIRST_PORT}`);
  });

  it('use the context that the app reads', () => {
    const shown = [...textOf('docs/deploying.md').matchAll(/^\| `-c (\w+)=/gm)].map(([, name]) => name);
    expect(shown).toEqual([...CONTEXT]);
  });
});
