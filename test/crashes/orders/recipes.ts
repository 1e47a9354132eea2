import type { Cast, SpecialPart } from '../../../infra/local/sandbox/cast.ts';
import {
  type AttendedSandbox,
  SANDBOX_NAMES,
  SANDBOX_OF,
  type SandboxName,
} from '../../../infra/local/sandbox/index.ts';
import { endOf, partsOf } from '../../../infra/local/sandbox/parts.ts';

/** How a request names its target: as the signing key itself, by its id, by that and where it is, by its secret, or as a key that the provider never had. */
export type TargetKind = SpecialPart['target'] | 'nobody';

/** One kind of request, and what it has to come to however often the function dies on the way. */
export interface Recipe {
  readonly provider: SandboxName;
  readonly operation: string;
  readonly signer: 'own' | 'managing';
  readonly target: TargetKind;
  /** @default the provider's usual */
  readonly signing?: string;
  /** @default queue */
  readonly comes?: 'bus' | 'tag';
  /** What the signing key lacks. */
  readonly lacks?: 'permission';
  /** Fields of the request that are its own; `undefined` takes one out. */
  readonly fields?: Readonly<Record<string, unknown>>;
  /** Milliseconds that it has to wait for its time. */
  readonly waitsMs?: number;
  /** An operator takes the tag away before its time. */
  readonly isTakenBack?: boolean;
  readonly ends: readonly string[];
}

type Casting = Cast<AttendedSandbox>;

const MINUTE_MS = 60_000;
const REVOKED = { ends: ['revoked'] } as const;
const PLANNED = { fields: { dryRun: true }, ends: ['planned'] } as const;

/** Whether the orders of a run make such keys; what is signed in another way has recipes of its own. */
const isMade = ({ kind = {}, before, ofManaging }: SpecialPart): boolean =>
  kind.world === undefined && kind.signing === undefined && before === undefined && ofManaging === undefined;

/** A part as a request; two where it comes to something else in a hurry. */
const recipesOf = (provider: SandboxName, part: SpecialPart, { operations, update }: Casting): readonly Recipe[] => {
  const { operation, by, target, kind = {} } = part;
  const doable = operations[operation];
  if (doable === undefined) throw new Error(`Cannot do ${operation} at ${provider}`);
  const { ends = endOf(doable), endsUrgent = ends } = part;
  const recipe: Omit<Recipe, 'ends'> = {
    provider,
    operation,
    target,
    signer: by === 'self' ? 'own' : 'managing',
    ...(kind.signing === undefined ? {} : { signing: kind.signing }),
    ...(kind.lacks ? { lacks: 'permission' as const } : {}),
    ...(doable.kind === 'update' ? { fields: { settings: update?.settings } } : {}),
  };
  if (endsUrgent === ends) return [{ ...recipe, ends: [ends] }];
  return [
    { ...recipe, fields: { reason: 'manual' }, ends: [ends] },
    // The call goes before the search, which then finds nothing that anybody had seen.
    { ...recipe, fields: { reason: 'leaked' }, ends: [endsUrgent, ends] },
  ];
};

/** A delete that the key signs itself: each way to come, and the ends that are no death. */
const bySelf = (self: Omit<Recipe, 'ends'>): readonly Recipe[] => [
  { ...self, target: 'named', comes: 'bus', ...REVOKED },
  { ...self, comes: 'tag', ...REVOKED },
  { ...self, comes: 'tag', isTakenBack: true, ends: ['withdrawn'] },
  { ...self, ...PLANNED },
];

const byManaging = (managed: Omit<Recipe, 'ends'>, signing: string | undefined): readonly Recipe[] => [
  { ...managed, comes: 'bus', ...REVOKED },
  { ...managed, target: 'secret', comes: 'tag', ...REVOKED },
  ...(signing === undefined ? [] : [{ ...managed, target: 'secret', signing, ...REVOKED } as const]),
  { ...managed, waitsMs: 5 * MINUTE_MS, ...REVOKED },
  { ...managed, target: 'nobody', ends: ['stuck/not-recognised', 'stuck/unproven'] },
  { ...managed, ...PLANNED },
];

const deletesAt = (provider: SandboxName, { operations, signing: [, second] }: Casting): readonly Recipe[] =>
  Object.entries(operations)
    .filter(([, { kind }]) => kind === 'delete')
    .flatMap(([operation, { signers }]) => {
      const self = { provider, operation, signer: 'own', target: 'self' } as const;
      const managed = { provider, operation, signer: 'managing', target: 'located' } as const;
      return [
        ...(signers.includes('self') ? bySelf(self) : []),
        ...(signers.includes('self') && second !== undefined ? [{ ...self, signing: second, ...REVOKED }] : []),
        ...(signers.includes('managing') ? byManaging(managed, second) : []),
      ];
    });

/** Requests that something is wrong with wherever they go. */
const wrongAt = (provider: SandboxName, { operations }: Casting): readonly Recipe[] => {
  const [operation = ''] = Object.keys(operations);
  const self = { provider, operation, signer: 'own', target: 'self' } as const;
  return [
    { ...self, fields: { target: undefined }, ends: ['refused/target-missing'] },
    { ...self, fields: { secretId: 'elsewhere/of-nobody' }, ends: ['refused/outside-prefix'] },
    { ...self, fields: { secretId: 'key-revoker/never-stored' }, ends: ['stuck/credential-missing'] },
  ];
};

const recipesAt = (provider: SandboxName): readonly Recipe[] => {
  const { cast } = SANDBOX_OF[provider];
  const parts = [...partsOf(cast).filter(isMade), ...(cast.refused ?? [])];
  return [
    ...parts.flatMap((part) => recipesOf(provider, part, cast)),
    ...deletesAt(provider, cast),
    ...wrongAt(provider, cast),
  ];
};

/** Every operation with each of its signers, each way to name a target, each way to come, and the ends that are no death. */
export const RECIPES: readonly Recipe[] = SANDBOX_NAMES.flatMap(recipesAt);
