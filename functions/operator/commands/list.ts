import { type EpochMs, fromIso, toIso } from '../../core/epoch.ts';
import type { Described } from '../../core/ports.ts';
import { shortened } from '../../core/receipts/make-receipt.ts';
import { EXPIRY_TAG, PROVIDER_TAG } from '../../core/request/expiry-tags.ts';
import type { SetUp } from '../deployment/context.ts';
import { keysUnder, type StoredKey } from '../deployment/keys.ts';
import { markedNote, replicasNote, whyUnopened } from '../deployment/unopened.ts';
import { caseShown } from '../show/case-lines.ts';
import { type ListedState, listedState } from '../show/key-state.ts';
import { inWords } from '../terminal/duration.ts';
import { type TableColumn, table } from '../terminal/table.ts';
import type { Style } from '../terminal/terminal.ts';
import { duration } from './duration-option.ts';

const NOTHING = '–';

const TONES: Partial<Record<ListedState, Style>> = {
  dead: 'green',
  open: 'red',
  forgotten: 'yellow',
  unreadable: 'red',
};

const expiryOf = ({ secret }: StoredKey): string | undefined => secret.tags[EXPIRY_TAG];

/** `2026-11-20 16:00`, in UTC. */
const minute = (at: EpochMs): string => toIso(at).slice(0, 16).replace('T', ' ');

const expiryText = (key: StoredKey): string => {
  const expiry = expiryOf(key);
  if (expiry === undefined) return NOTHING;
  const at = fromIso(expiry);
  return at === undefined ? 'unreadable' : minute(at);
};

const stateText = (key: StoredKey): string => {
  const proved = key.found?.proved;
  return proved ? `dead ${toIso(proved.at).slice(0, 10)}` : listedState(key);
};

const columnsAt = (now: EpochMs): readonly TableColumn<StoredKey>[] => [
  { head: 'Secret', cell: ({ secret }) => secret.name, isName: true },
  { head: 'Provider', cell: ({ provider = NOTHING }) => provider },
  { head: 'Key', cell: ({ keyId }) => (keyId === undefined ? NOTHING : shortened(keyId)) },
  { head: 'Expires (UTC)', cell: expiryText },
  { head: 'State', cell: stateText, style: (key) => TONES[listedState(key)] },
  {
    head: 'Age',
    cell: ({ createdAt }) => (createdAt === undefined ? NOTHING : inWords(now - createdAt)),
    align: 'right',
  },
];

/** For machines. */
const shown = (key: StoredKey): object => {
  const { secret, versionId, provider, environment, name, createdAt, problem, found } = key;
  const known = found && caseShown(found);
  return {
    secret: secret.name,
    arn: secret.arn,
    version: versionId,
    provider: provider ?? null,
    environment: environment ?? null,
    key: name ?? null,
    expiresAt: expiryOf(key) ?? null,
    state: listedState(key),
    firstSeenAt: known?.firstSeenAt ?? null,
    provedAt: known?.provedAt ?? null,
    createdAt: createdAt === undefined ? null : toIso(createdAt),
    problem: problem ?? null,
  };
};

/** For machines: what its listing says of a secret that is not opened. */
const shownUnopened = (secret: Described): object => ({
  secret: secret.name,
  arn: secret.arn,
  version: secret.stages['AWSCURRENT'] ?? '',
  provider: secret.tags[PROVIDER_TAG] ?? null,
  environment: null,
  key: null,
  expiresAt: secret.tags[EXPIRY_TAG] ?? null,
  state: whyUnopened(secret),
  firstSeenAt: null,
  provedAt: null,
  createdAt: null,
  problem: null,
});

/** `list`: every secret under the prefix, and the key in it. */
export const setUpList: SetUp = (command, context) => {
  command
    .option('--older-than <time>', 'only secrets whose current version is at least this old (90d)', duration)
    .action(async ({ olderThan = 0 }: { readonly olderThan?: number }) => {
      const { terminal, clock } = context;
      const deployed = await context.deployed();
      const { keys: all, unopened } = await keysUnder(context, deployed, () => true);
      const now = clock.now();
      const keys = all.filter(({ createdAt = now }) => now - createdAt >= olderThan);
      terminal.show();
      context.print({
        value: () => [...keys.map(shown), ...unopened.map(shownUnopened)],
        lines: () => [
          ...(keys.length === 0
            ? [`No secrets under ${deployed.card.prefix} match`]
            : table(terminal, columnsAt(now), keys)),
          ...replicasNote(unopened),
          ...markedNote(unopened),
        ],
      });
    });
};
