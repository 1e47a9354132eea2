import type { Cast, Doable, Part, SpecialPart } from './cast.ts';

type Operations = Readonly<Record<string, Doable>>;

const named = (operations: Operations) =>
  Object.entries(operations).map(([operation, doable]) => ({ operation, doable }));

/** Each operation by each of its signers, in the plainest way. */
export const plainParts = (operations: Operations): readonly Part[] =>
  named(operations).flatMap(({ operation, doable }) =>
    doable.signers.map((by) => ({ operation, by, target: by === 'self' ? 'self' : 'located' }) as const),
  );

/** A managing key that a request names as its own target. */
export const NAMES_ITSELF = {
  by: 'self',
  target: 'named',
  called: 'of a managing key that names itself',
  ofManaging: true,
} as const;

const PERMISSION_MISSING = 'stuck/permission-missing';

/** Deletes may go wrong in more ways, and may be asked for in more. */
const furtherDeletes = (operations: Operations): readonly SpecialPart[] =>
  named(operations)
    .filter(({ doable }) => doable.kind === 'delete')
    .flatMap(({ operation, doable: { signers, needsPermission } }): readonly SpecialPart[] => [
      ...(needsPermission && signers.includes('self')
        ? [
            {
              operation,
              by: 'self',
              target: 'self',
              special: 'without permission',
              kind: { lacks: true },
              ends: PERMISSION_MISSING,
            } as const,
          ]
        : []),
      ...(signers.includes('managing')
        ? [{ operation, by: 'managing', target: 'secret', special: 'with its secret' } as const]
        : []),
    ]);

/** Every way to ask that follows from a provider's operations and their signers, and those that are particular to the provider. */
export const partsOf = ({
  operations,
  special = [],
}: Pick<Cast<never>, 'operations' | 'special'>): readonly SpecialPart[] => [
  ...plainParts(operations),
  ...furtherDeletes(operations),
  ...special,
];

/** What an operation comes to where nothing goes wrong. */
export const endOf = ({ kind }: Pick<Doable, 'kind'>): string => (kind === 'delete' ? 'revoked' : 'restricted');

/** Who signs and what is special, in words. */
export const wordsOf = ({ by, special, called }: Part, manager: string | undefined): string =>
  [called ?? (by === 'self' ? 'by itself' : `by ${manager ?? 'another key'}`), special].filter(Boolean).join(', ');
