import type { World } from '../world/world.ts';

/** The same message, so many times in all. */
export const copies =
  (count: number) =>
  (world: World): void => {
    for (let n = 1; n < count; n += 1) world.send(world.seeded.request);
  };

const requests =
  (count: number, fields: (n: number) => object = () => ({})) =>
  (world: World): void => {
    for (let n = 2; n <= count; n += 1) {
      const request = { ...world.seeded.request, requestId: `conformance-${n}`, ...fields(n) };
      world.send(request, 1, { ...world.seeded, request });
    }
  };

/** What is sent beside an order's own message. */
export interface Crowd {
  readonly name: string;
  readonly sends: (world: World) => void;
  /** Drawn orders that it is delivered in. */
  readonly seeds: number;
  /** Happens at some turn of the first round. */
  readonly meanwhile?: (world: World) => void;
  /** What any of the requests may come to as well. */
  readonly orElse?: readonly string[];
  /** How many requests it is in all, where several have one id. */
  readonly underOneId?: number;
}

/** What a request may come to as well whose id another one has. */
export const UNDER_TAKEN_ID: readonly string[] = ['already-revoked', 'refused/request-id-reused'];

const reasonOf = (n: number): string => (n % 2 === 0 ? 'leaked' : 'manual');

/** What may come at once with any order. */
export const CROWDS: readonly Crowd[] = [
  { name: 'twice', sends: copies(2), seeds: 12 },
  {
    name: 'twice, its secret deleted meanwhile',
    sends: copies(2),
    meanwhile: ({ vault, seeded }) => vault.remove(String(seeded.request['secretId'])),
    seeds: 24,
    orElse: ['stuck/credential-missing', 'stuck/unproven'],
  },
  {
    name: 'twice, its key deleted by hand meanwhile',
    sends: copies(2),
    meanwhile: ({ witness, seeded }) => witness.byHand(() => seeded.byHand['deleted by hand']?.now()),
    seeds: 12,
    // The last: of an update, which sends no delete to find out.
    orElse: ['already-revoked', 'stuck/not-recognised', 'stuck/credential-refused', 'stuck/unproven'],
  },
  { name: 'ten times', sends: copies(10), seeds: 3 },
  { name: 'two requests', sends: requests(2), seeds: 12, orElse: ['already-revoked'] },
  {
    name: 'ten requests, urgent and not',
    sends: requests(10, (n) => ({ reason: reasonOf(n) })),
    seeds: 3,
    orElse: ['already-revoked'],
  },
  { name: 'a request and a plan', sends: requests(2, () => ({ dryRun: true })), seeds: 4, orElse: ['planned'] },
  {
    name: 'another request under its id',
    sends: (world) => {
      const request = { ...world.seeded.request, reference: 'another' };
      world.send(request, 1, { ...world.seeded, request });
    },
    seeds: 12,
    orElse: UNDER_TAKEN_ID,
    underOneId: 2,
  },
  {
    name: 'two attempts',
    sends: (world) => void world.send(world.seeded.request, 2),
    seeds: 12,
  },
];
