import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { describe, expect, it } from 'vitest';
import { synthesize } from '../infra/synthesize.ts';

const ROOT = join(import.meta.dirname, '..');

const filesUnder = (folder: string): readonly string[] =>
  readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(c|m)?ts$/.test(entry.name))
    .map((entry) => posix.join(folder, entry.parentPath.slice(join(ROOT, folder).length), entry.name));

const SOURCES = [...filesUnder('functions'), ...filesUnder('infra')];
const textOf = (file: string): string => readFileSync(join(ROOT, file), 'utf8');

/** `import … from`, `export … from`, `import '…'`, `import('…')`; a relative one as its path from the root. */
const importsOf = (file: string): readonly string[] =>
  [...textOf(file).matchAll(/^(?:import|export|\})[^;]*?\bfrom '([^']+)'|^import '([^']+)'|\bimport\('([^']+)'\)/gm)]
    .map(([, from, bare, dynamic]) => from ?? bare ?? dynamic ?? '')
    .map((name) => (name.startsWith('.') ? posix.join(dirname(file), name) : name));

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
/** Types alone: the package has no code. */
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
  {
    name: 'the schemas',
    of: /^functions\/providers\/schemas\.ts$/,
    may: [CORE, /^functions\/providers\/[^/]+\/credential\.ts$/],
  },
  ...['bybit', 'kalshi', 'requesty'].map((provider) => ({
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
  ...['revoke', 'sweep'].map((lambda) => ({
    name: `the function ${lambda}`,
    of: new RegExp(`^functions/${lambda}/`),
    may: [
      ...[new RegExp(`^functions/${lambda}/`), CORE, /^functions\/edge\//, /^functions\/providers\/index\.ts$/],
      ...[SCHEMAS, NODE, AWS, LAMBDA_TYPES, /^@middy\//, /^@aws-lambda-powertools\//],
    ],
  })),
  {
    name: 'the command line',
    of: /^functions\/operator\//,
    may: [
      ...[/^functions\/operator\//, CORE, /^functions\/edge\//, /^functions\/providers\/index\.ts$/],
      ...[SCHEMAS, NODE, AWS, /^(commander|listr2)$/],
    ],
  },
  {
    name: 'infra/local',
    of: /^infra\/local\//,
    may: [/^infra\//, CORE, SCHEMAS, AWS, NODE, LAMBDA_TYPES, /^cdk\.json$/, /^(fauxqs|dynalite|listr2)$/],
  },
  {
    name: 'infra/packaging',
    of: /^infra\/packaging\//,
    may: [/^infra\/(?!local\/)/, /^functions\/providers\/schemas\.ts$/, NODE, /^esbuild$/],
  },
  {
    name: 'infra',
    of: /^infra\//,
    may: [/^infra\/(?!local\/)/, CORE, NODE, ...CDK, /^esbuild$/, /^cdk\.json$/],
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
    expect(SOURCES.filter((file) => layerOf(file) === undefined && !file.endsWith('.d.ts'))).toEqual([]);
  });

  it.each(LAYERS)('of $name stay within what it may know', ({ may, ...layer }) => {
    const files = SOURCES.filter((file) => layerOf(file)?.name === layer.name);
    const foreign = files.flatMap((file) =>
      importsOf(file)
        .filter((name) => !may.some((allowed) => allowed.test(name)))
        .map((name) => `${file} imports ${name}`),
    );
    expect(files.length).toBeGreaterThan(0);
    expect(foreign).toEqual([]);
  });

  it('name a file with its extension', () => {
    const paths = SOURCES.flatMap((file) => importsOf(file)).filter((name) => /^(functions|infra)\//.test(name));
    expect(paths.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
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
    expect(codeOf('functions/edge/clock.ts')).toMatch(IMPURE);
  });

  it.each(SOURCES.filter((file) => /^functions\/(core|providers)\//.test(file)))('%s uses no global', (file) => {
    expect(codeOf(file)).not.toMatch(IMPURE);
  });
});

describe('the layout', () => {
  it('has a function in the template for each folder with a handler, and no other', () => {
    const withHandler = SOURCES.filter((file) => /^functions\/[^/]+\/handler\.ts$/.test(file));
    const deployed = Object.values(synthesize().Resources)
      .filter(({ Type }) => Type === 'AWS::Lambda::Function')
      .map(({ Metadata }) => Metadata?.['key-revoker:handler']);
    expect(deployed.toSorted()).toEqual(withHandler.toSorted());
  });

  it('has no file that is named for nothing', () => {
    const vague = /(^|\/)(utils?|helpers?|types?|constants?|common|misc|shared)(\.test)?\.ts$/;
    expect([...SOURCES, ...filesUnder('test')].filter((file) => vague.test(file))).toEqual([]);
  });

  it('gives reasons, and no numbers of pages that are not here', () => {
    const cited = /\b(design|section|contract|rule) \d|\b(proof|design|style)\.md\b/i;
    const files = [...SOURCES, ...filesUnder('test')].filter((file) => file !== 'test/layers.test.ts');
    expect(files.filter((file) => cited.test(textOf(file)))).toEqual([]);
  });

  it('has no default export', () => {
    const ours = [...SOURCES, ...filesUnder('test')].filter((file) => !file.endsWith('.d.ts'));
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
