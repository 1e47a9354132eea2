import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DeleteSecretCommand } from '@aws-sdk/client-secrets-manager';
import type { Command } from 'commander';
import { describe, expect, it, onTestFinished } from 'vitest';
import { COMMANDS } from '../functions/operator/commands/index.ts';
import type { Context } from '../functions/operator/deployment/context.ts';
import { programIn } from '../functions/operator/program.ts';
import { EXIT } from '../functions/operator/terminal/failure.ts';
import * as PROVIDERS from '../functions/providers/index.ts';
import { commandLine, type Ran, type Typing } from './functions/operator/command-line.ts';
import { configured } from './functions/operator/configured.ts';
import { BLOCKS, type Block, rowsOf, textOf } from './pages.ts';
import { runShell } from './run-shell.ts';
import { CREDENTIALS, deadKeys, KEYS, SECRETS, seedKeys } from './seed-keys.ts';
import { type System, systemForEachTest } from './whole/system/system.ts';

const WITH_COMMANDS = BLOCKS.filter(({ text }) => /^key-revoker /m.test(text));

/** The names of the commands, those of a group as `stuck list`. */
const namesIn = (command: Command, before = ''): readonly string[] =>
  command.commands.flatMap((each) => {
    const name = `${before}${each.name()}`;
    return each.commands.length === 0 ? [name] : namesIn(each, `${name} `);
  });

const PROGRAM = programIn({ terminal: {} as Context['terminal'] }, COMMANDS);
for (const command of PROGRAM.commands) {
  const setUp = await COMMANDS[command.name()]?.load();
  setUp?.(command, { environment: {}, providers: PROVIDERS } as unknown as Context);
}

/** What the lines of a section find, and what has become of it. */
interface Scene {
  readonly environment?: () => Readonly<Record<string, string>>;
  readonly typing?: Typing;
  readonly before?: (system: System) => Promise<unknown>;
  readonly after?: (system: System, ran: readonly Ran[]) => Promise<void> | void;
}

const REQUESTY = { provider: 'requesty', operation: 'delete-key', secretId: 'key-revoker/requesty/mislaid' };

const stuckAs = (requestId: string) => async (system: System) => {
  await system.send({ ...REQUESTY, target: { apiKeyId: KEYS.requestyKey }, requestId });
  await system.settle();
};

const kills = (...keys: readonly string[]): Scene => ({
  after: (system) => void expect(deadKeys(system).toSorted()).toEqual(keys.toSorted()),
});

/** The configuration file that the page shows. */
const CONTEXTS = BLOCKS.find(({ section, language }) => section === 'Contexts' && language === 'json')?.text ?? '';

/** By section, one for each of its blocks. */
const SCENES: Readonly<Record<string, readonly Scene[]>> = {
  'Kill a key': [
    {
      // One cannot delete itself and says who can; one was deleted long ago by hand.
      before: async (system) => {
        await system.tag(SECRETS.requestyKey, { 'key-revoker:signed-by': SECRETS.requestyManager });
        await system.secrets.send(
          new DeleteSecretCommand({ SecretId: SECRETS.forgotten, ForceDeleteWithoutRecovery: true }),
        );
      },
      ...kills(KEYS.kalshiKey),
    },
  ],
  'Command line': [
    {
      before: stuckAs('R-1'),
      after: (_system, [list, status]) => {
        expect(list?.out).toContain(`kalshi/prod/${KEYS.kalshiKey}`);
        expect(status?.out).toEqual(['[]']);
      },
    },
  ],
  Contexts: [
    {
      environment: () => configured(CONTEXTS),
      after: (_system, [contexts]) => void expect(contexts?.out[2]).toMatch(/^production +key-revoker\/ +eu-west-1 /),
    },
  ],
  'find, kill': [kills(KEYS.kalshiKey)],
  'request, plan': [kills(KEYS.sub)],
  status: [
    {
      before: async (system) => {
        await system.send(textOf('events/revoke.bybit-delete-sub-key-by-master.json'));
        await system.settle();
      },
      after: (_system, ran) => {
        expect(ran[0]?.out[0]).toMatch(/^revoked /);
        expect(ran[1]?.out[0]).toBe('Key bybit/mainnet/SUBKEYexample00001');
        expect(ran[2]?.out).toEqual(ran[1]?.out);
        expect(ran[3]?.out).toEqual(ran[1]?.out);
        expect(ran[4]?.out.at(-1)).toBe('  open               nothing');
      },
    },
  ],
  receipts: [
    {
      before: async (system) => {
        await system.send(textOf('events/revoke.bybit-delete-sub-key-by-master.json'));
        await system.settle();
      },
      after: (_system, [all, incident, csv, one]) => {
        expect(incident?.out[2]).toMatch(/^INC-2041-desk-7#1 +gone /);
        expect(incident?.out.slice(0, 3)).toEqual(all?.out.slice(0, 3));
        expect(csv?.out).toHaveLength(2);
        expect(one?.out[0]).toBe('revoked  bybit/delete-sub-key  SUBK…0001');
      },
    },
  ],
  report: [
    {
      before: async (system) => {
        await system.send(textOf('events/revoke.bybit-delete-sub-key-by-master.json'));
        await system.settle();
      },
      after: (_system, [saved, shown]) => {
        expect(saved?.out[0]).toBe('<!doctype html>');
        expect(shown?.out[0]).toBe('# Report on INC-2041');
      },
    },
  ],
  list: [{ after: (_system, [all, old]) => void expect(old?.out.length).toBeLessThan(all?.out.length ?? 0) }],
  schedule: [
    {
      after: async (system, [made, listed]) => {
        expect(made?.out[0]).toContain('Scheduled: offboarding-bot');
        expect(listed?.out.at(-1)).toContain('offboarding-bot');
        system.advance(Date.parse('2099-03-31T16:01:00Z') - Date.now());
        await system.aws.schedules.deliverDue();
        expect(await system.waiting()).toEqual([]);
      },
    },
  ],
  incident: [kills(KEYS.sub, KEYS.master)],
  stuck: [
    {
      before: async (system) => {
        await stuckAs('R-1')(system);
        await system.store(REQUESTY.secretId, CREDENTIALS.requestySecondManager);
      },
      ...kills(KEYS.requestyKey),
    },
    {
      before: async (system) => {
        await stuckAs('K-17')(system);
        await system.send('{"no":"request"}');
        await system.settle();
      },
      after: async (system) => void expect(await system.stuck()).toEqual([]),
    },
  ],
  limit: [{ after: (_system, ran) => void expect(ran[1]?.out[2]).toMatch(/ 5000 +1000 +2026-11-20T12:00/) }],
  'pause, resume': [{ after: (_system, ran) => void expect(ran[1]?.out[0]).toMatch(/^Resumed/) }],
  console: [
    {
      // Ended as by Ctrl-C.
      typing: { onPrint: (_line, breakOff) => breakOff() },
      after: (_system, [ran]) => void expect(ran?.out[0]).toMatch(/^Open http:\/\/127\.0\.0\.1:\d+\//),
    },
  ],
  doctor: [
    {
      before: async (system) => {
        await system.tag(SECRETS.requestyKey, { 'key-revoker:signed-by': SECRETS.requestyManager });
        await system.secrets.send(
          new DeleteSecretCommand({ SecretId: SECRETS.forgotten, ForceDeleteWithoutRecovery: true }),
        );
      },
      after: (_system, [ran]) => void expect(ran?.out.at(-1)).toMatch(/ 0 failures$/),
    },
  ],
  'Raise the limit for a time': [
    {
      before: async (system) => {
        await system.send(textOf('events/revoke.bybit-delete-sub-key-by-master.json'));
        await system.settle();
      },
      after: (_system, [ran]) => void expect(ran?.out[2]).toMatch(/^bybit +urgent +1 +5000 +1000 /),
    },
  ],
  'When a request is stuck': [
    {
      before: async (system) => {
        await stuckAs('R-1')(system);
        await system.store(REQUESTY.secretId, CREDENTIALS.requestySecondManager);
      },
      ...kills(KEYS.requestyKey),
    },
  ],
};

const sceneOf = (block: Block): Scene | undefined => {
  const own = WITH_COMMANDS.filter(({ section }) => section === block.section);
  return SCENES[block.section]?.[own.indexOf(block)];
};

describe('the command lines of the pages', () => {
  const system = systemForEachTest();

  it('have a scene each, and no scene is left over', () => {
    const sections = WITH_COMMANDS.map(({ section }) => section);
    const blocks = Object.entries(SCENES).flatMap(([section, scenes]) => scenes.map(() => section));
    expect(sections).toEqual(blocks);
  });

  it.each(WITH_COMMANDS.map((block) => [block.section, block] as const))('of %s work', async (_section, block) => {
    await seedKeys(system());
    const { environment, typing, before, after } = sceneOf(block) ?? {};
    await before?.(system());
    const folder = mkdtempSync(join(tmpdir(), 'pages-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const ran: Ran[] = [];
    await runShell(block.text, {
      folder,
      now: Math.floor(Date.now() / 1000),
      variables: {},
      keyRevoker: async (words) => {
        const one = await commandLine(system, { ...typing, environment: environment?.() ?? {} })(...words);
        ran.push(one);
        expect([words, one.exit, one.told.filter((line) => line.startsWith('Cannot'))]).toEqual([words, 0, []]);
        return { text: `${one.out.join('\n')}\n`, status: one.exit };
      },
    });
    expect(ran).toHaveLength(block.text.match(/^key-revoker /gm)?.length ?? 0);
    await after?.(system(), ran);
  });
});

describe('the page of the command line', () => {
  const page = textOf('docs/command-line.md');

  it('shows every command at work, and no other', () => {
    const words = BLOCKS.filter(({ section }) => section in SCENES && section !== 'Kill a key').flatMap(({ text }) =>
      [...text.matchAll(/^key-revoker (\S+)(?: (\S+))?/gm)].map(
        ([, first = '', second = '']) => [first, second] as const,
      ),
    );
    const names = namesIn(PROGRAM);
    const shown = words.map(([first, second]) => {
      if (names.includes(`${first} ${second}`)) return `${first} ${second}`;
      return [`${first} create`, `${first} list`].find((name) => names.includes(name)) ?? first;
    });
    expect(new Set(shown)).toEqual(new Set(names));
  });

  it.each(['plan', 'request', 'incident'])('explains every option of %s', (name) => {
    const options = PROGRAM.commands.find((each) => each.name() === name)?.options ?? [];
    expect(options.length).toBeGreaterThan(8);
    for (const { long = '' } of options) expect(page).toContain(`\`${long}`);
  });

  it('explains every exit status', () => {
    const shown = rowsOf('docs/command-line.md').filter(([status = '']) => /^\d$/.test(status));
    expect(shown.map(([status]) => Number(status))).toEqual(Object.values(EXIT));
  });
});
