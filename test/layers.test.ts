import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import * as PROVIDERS from '../functions/providers/index.ts';
import { template } from './infra/template.ts';
import { againstTable, type Folders, inOrder } from './layout/rules.ts';
import { filesUnder, SOURCES, TESTS, textOf } from './layout/source-files.ts';

const ROOT = join(import.meta.dirname, '..');

const FILES = SOURCES.map(({ path }) => path);
const importsOf = (file: string): readonly string[] =>
  SOURCES.find(({ path }) => path === file)?.imports.map(({ of }) => of) ?? [];

interface Layer {
  readonly name: string;
  readonly of: RegExp;
  /** All that its files may import, beside themselves. */
  readonly may: readonly RegExp[];
}

const CORE = /^functions\/core\//;
const SCHEMAS = /^zod$/;
const NODE = /^node:/;
const AWS = /^@aws-sdk\//;
/** Only types: the package has no code. */
const LAMBDA_TYPES = /^aws-lambda$/;
const CDK = [/^aws-cdk-lib(\/|$)/, /^constructs$/, /^cdk-nag$/];
const SHARED_BY_PROVIDERS = /^functions\/providers\/[^/]+\.ts$/;

/** Who may know whom, so that rules stay free of AWS and the network; a file belongs to the first layer that fits. */
const LAYERS: readonly Layer[] = [
  { name: 'core', of: CORE, may: [CORE, SCHEMAS] },
  {
    name: 'the list of providers',
    of: /^functions\/providers\/index\.ts$/,
    may: [CORE, /^functions\/providers\/[^/]+\/index\.ts$/],
  },
  ...Object.keys(PROVIDERS).map((provider) => ({
    name: provider,
    of: new RegExp(`^functions/providers/${provider}/`),
    may: [new RegExp(`^functions/providers/${provider}/`), SHARED_BY_PROVIDERS, CORE, SCHEMAS, /^node:crypto$/],
  })),
  { name: 'providers', of: SHARED_BY_PROVIDERS, may: [SHARED_BY_PROVIDERS, CORE, SCHEMAS, /^node:crypto$/] },
  {
    name: 'edge',
    of: /^functions\/edge\//,
    may: [/^functions\/edge\//, CORE, SCHEMAS, AWS, NODE, /^@aws-lambda-powertools\//],
  },
  {
    // Only these know the providers; to all others of their layers they are handed in.
    name: 'where the providers are handed in',
    of: /^functions\/((revoke|sweep)\/handler|operator\/main)\.ts$/,
    may: [/^functions\/(revoke|sweep|operator|edge|core)\//, /^functions\/providers\/index\.ts$/, NODE, LAMBDA_TYPES],
  },
  ...['revoke', 'sweep'].map((lambda) => ({
    name: `the function ${lambda}`,
    of: new RegExp(`^functions/${lambda}/`),
    may: [
      ...[new RegExp(`^functions/${lambda}/`), CORE, /^functions\/edge\//],
      ...[SCHEMAS, NODE, AWS, LAMBDA_TYPES, /^@middy\//, /^@aws-lambda-powertools\//],
    ],
  })),
  {
    name: 'the command line',
    of: /^functions\/operator\//,
    may: [
      ...[/^functions\/operator\//, CORE, /^functions\/edge\//],
      ...[SCHEMAS, NODE, AWS, /^package\.json$/],
      /^(commander|@bomb\.sh\/tab\/commander|csv-stringify\/sync|listr2|@aws-lambda-powertools\/jmespath)$/,
    ],
  },
  {
    // What the product takes for granted of a provider is not to be taken over.
    name: 'the sandboxes',
    of: /^infra\/local\/sandbox\//,
    may: [/^infra\/local\/sandbox\//, NODE],
  },
  {
    name: 'infra/local',
    of: /^infra\/local\//,
    may: [/^infra\//, CORE, SCHEMAS, AWS, NODE, LAMBDA_TYPES, /^cdk\.json$/, /^(fauxqs|dynalite|listr2)$/],
  },
  {
    // They judge the functions from outside: these are run as they are bundled, and nothing of theirs is imported but words and types.
    name: 'the crash runs',
    of: /^test\/crashes\//,
    may: [/^test\/(crashes|laws)\//, /^infra\//, CORE, SCHEMAS, AWS, NODE, LAMBDA_TYPES],
  },
  {
    name: 'infra/packaging',
    of: /^infra\/packaging\//,
    may: [
      ...[/^infra\/(?!local\/)/, CORE, /^functions\/providers\/index\.ts$/, NODE],
      /^(esbuild|@cyclonedx\/cyclonedx-library)$/,
    ],
  },
  {
    name: 'infra',
    of: /^infra\//,
    may: [/^infra\/(?!local\/)/, CORE, NODE, ...CDK, /^(esbuild|fflate|cdk\.json|package\.json)$/],
  },
];

const layerOf = (file: string): Layer | undefined => LAYERS.find(({ of }) => of.test(file));

describe('imports', () => {
  it('are found in whatever form they are written', () => {
    expect(importsOf('functions/providers/index.ts')).toContain('functions/providers/bybit/index.ts');
    expect(importsOf('infra/synthesize.ts')).toContain('cdk.json');
    expect(importsOf('functions/revoke/handler.ts')).toHaveLength(4);
  });

  it('have a layer for every file', () => {
    expect(FILES.filter((file) => layerOf(file) === undefined && !file.endsWith('.d.ts'))).toEqual([]);
  });

  it.each(LAYERS)('of $name stay within what it may know', ({ may, ...layer }) => {
    const files = FILES.filter((file) => layerOf(file)?.name === layer.name);
    const foreign = files.flatMap((file) =>
      importsOf(file)
        .filter((name) => !may.some((allowed) => allowed.test(name)))
        .map((name) => `${file} imports ${name}`),
    );
    expect(files.length).toBeGreaterThan(0);
    expect(foreign).toEqual([]);
  });

  it('name a file with its extension', () => {
    const paths = FILES.flatMap((file) => importsOf(file)).filter((name) => /^(functions|infra|test)\//.test(name));
    expect(paths.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
  });
});

/** How the larger layers divide: a folder may import only what its line allows, types too. `.` is the files outside of all folders. */
const DIVIDED: Readonly<Record<string, Folders>> = {
  // Each from those above it.
  'functions/core': inOrder(
    '.', // words and types that everything needs
    'request', // what is asked for
    'ledger', // what is kept
    'probe', // what the provider is asked
    'attempt', // what is done about one key
    'receipts', // what is said about it
    'revoke', // one delivery from beginning to end
    'sweep', // what happens without a delivery
  ),
  'functions/operator': inOrder(
    'terminal', // what a person reads and types
    'deployment', // what is deployed, and how it is reached
    'requests', // what is sent, and what comes of it
    'timeline', // what happened to a key, drawn
    'history', // what has ended
    'report', // the record of an incident
    'show', // how that is told
    'stuck', // what waits for a person
    'console', // all of it on a page
    'incident', // many keys at once
    'doctor', // whether all is well
    'commands', // a file for each command
    '.', // what puts the commands together
  ),
  'infra/constructs': inOrder(
    'messaging', // queues and topics
    'permissions', // who may do what
    'functions', // what runs
    'store', // what is kept
    'monitoring', // what is watched
  ),
  'functions/edge': inOrder(
    'http', // how providers are asked
    'aws', // how AWS is asked
    'telemetry', // what is logged and counted
    'process', // what a process has of its own
    'messages', // what comes off the queue, and what is sent
    '.', // what puts the ports together
  ),
  'infra/local/aws': inOrder(
    'protocol', // how AWS is asked, whatever the service
    'queues', // SQS and SNS
    'bus', // EventBridge
    'scheduler', // its scheduler
    'secrets', // Secrets Manager
    '.', // smaller services, and what puts all together
  ),
  'infra/local/story': inOrder(
    'chapters', // what is asked for, provider by provider
    'stage', // where it happens
    'results', // what came of it, and whether that is right
    '.', // how it is told
  ),
  'test/crashes': inOrder(
    'chance', // what the seed decides
    'orders', // what is asked for, and what is in store for it
    'worker', // processes that end on their way
    'scene', // where it happens, and what is seen
    '.', // one run, and how it is told
  ),
  'test/faults': inOrder(
    'simulated', // what stands in for AWS and the network
    'orders', // what is asked for
    'world', // one case and how it is run
    'conformance', // one thing that goes wrong at a time
    'races', // what happens at once
    'outages', // what happens to many
  ),
  'test/model': inOrder(
    'rules', // what may follow what
    'system', // what is put to the test
    'state', // what the model knows
    'follow', // how it learns that
    'judge', // what it says of the system
    'commands', // what happens
    '.', // the tests
  ),
  'test/worlds': inOrder(
    'life', // how one world is played
    'kinds', // what may be wrong in it
    'figures', // what many worlds came to
    '.', // one world and its judge, and all of them
  ),
  'test/whole': inOrder(
    'system', // the whole, over an emulated AWS
    'alarms', // what it rings of
    '.', // the other tests
  ),
};

describe.each(Object.entries(DIVIDED))('the folders of %s', (parent, folders) => {
  it('import only what their lines allow', () => {
    expect(againstTable(parent, folders, [...SOURCES, ...TESTS])).toEqual([]);
  });

  it.each(Object.keys(folders).filter((folder) => folder !== '.'))('are there: %s', (folder) => {
    expect([...FILES, ...filesUnder('test')].filter((file) => file.startsWith(`${parent}/${folder}/`))).not.toEqual([]);
  });
});

/** The code of a file without its comments and plain texts, where a word would be no use of a global. */
const codeOf = (file: string): string =>
  textOf(file)
    .replaceAll(/\/\*[\s\S]*?\*\/|(?<=^|\s)\/\/.*$/gm, '')
    .replaceAll(/'(?:\\.|[^'\\\n])*'/g, "''");

/** No clock, no chance, no network, no environment, no output: what a rule needs of these comes through a port. */
const IMPURE =
  /\b(Date\.now|new Date\(\)|Math\.random|performance|setTimeout|setInterval|setImmediate|fetch|process|console|globalThis|crypto)\b(?!:)/;

describe('pure code', () => {
  it('is told from code that reads a clock', () => {
    expect(codeOf('functions/edge/process/clock.ts')).toMatch(IMPURE);
  });

  it.each(FILES.filter((file) => /^functions\/(core|providers)\//.test(file)))('%s uses no global', (file) => {
    expect(codeOf(file)).not.toMatch(IMPURE);
  });
});

describe('the layout', () => {
  it('has a function in the template for each folder with a handler, and no other', () => {
    const withHandler = FILES.filter((file) => /^functions\/[^/]+\/handler\.ts$/.test(file));
    // A handler may have two functions, for two lanes.
    const deployed = new Set(
      Object.values(template.Resources)
        .filter(({ Type }) => Type === 'AWS::Lambda::Function')
        .map(({ Metadata }) => Metadata?.['key-revoker:handler']),
    );
    expect([...deployed].toSorted()).toEqual(withHandler.toSorted());
  });

  it('has no file that is named for nothing', () => {
    const vague = /(^|\/)(utils?|helpers?|types?|constants?|common|misc|shared)(\.test)?\.ts$/;
    expect([...FILES, ...filesUnder('test')].filter((file) => vague.test(file))).toEqual([]);
  });

  it('gives reasons, and no numbers of pages that are not here', () => {
    const cited = /\b(design|section|contract|rule) \d|\b(proof|design|style)\.md\b/i;
    const files = [...FILES, ...filesUnder('test')].filter((file) => file !== 'test/layers.test.ts');
    expect(files.filter((file) => cited.test(textOf(file)))).toEqual([]);
  });

  it('has no default export', () => {
    const ours = [...FILES, ...filesUnder('test')].filter((file) => !file.endsWith('.d.ts'));
    expect(ours.filter((file) => /^export default\b|\bas default\b/m.test(codeOf(file)))).toEqual([]);
  });

  it('holds nothing unexpected at the top', () => {
    const folders = ['docs', 'events', 'functions', 'infra', 'test'];
    const papers = ['CHANGELOG.md', 'LICENSE', 'README.md', 'SECURITY.md'];
    const settings = ['package.json', 'package-lock.json', 'tsconfig.json', 'cdk.json', 'biome.json'];
    const ignored = textOf('.gitignore')
      .split('\n')
      .map((line) => line.replace(/\/$/, ''));
    const known = new Set([...folders, ...papers, ...settings, ...ignored]);
    const endings = ignored.filter((line) => line.startsWith('*.')).map((line) => line.slice(1));
    const isKnown = (name: string): boolean =>
      known.has(name) || /^\.|^(vitest|stryker)\.config\./.test(name) || endings.some((end) => name.endsWith(end));
    expect(readdirSync(ROOT).filter((name) => !isKnown(name))).toEqual([]);
  });
});
