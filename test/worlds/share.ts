import { registerHooks } from 'node:module';

// The sandboxes answer in this process, without sockets. Before anything else is loaded: the imports below follow this.
registerHooks({
  resolve: (specifier, context, next) => {
    const found = next(specifier, context);
    return {
      ...found,
      url: found.url.replace('infra/local/sandbox/serve-provider.ts', 'test/faults/simulated/serve-in-process.ts'),
    };
  },
});
const { KINDS } = await import('./kinds/index.ts');
const { playKind } = await import('./play-kind.ts');

/** Plays the worlds of each kind that are this process's share, and hands in what they came to. */
const [of = '1', share = '0', worlds = '0', seed = '1', part = ''] = process.argv.slice(2);
for (const kind of KINDS.filter(({ name }) => name.includes(part))) {
  const tally = await playKind(kind, {
    seed: Number(seed),
    worlds: Number(worlds),
    share: Number(share),
    of: Number(of),
  });
  process.send?.(tally);
}
process.disconnect?.();
