import * as z from 'zod';
import { SAW } from '../answer.ts';
import { type KeyState, type OutcomeName, REFUSED, RETRY, STUCK, UNCONFIRMED_CODES } from '../outcome.ts';
import type { Providers } from '../provider.ts';
import { REASONS } from '../reason.ts';
import type { ProofBasis, Receipt } from '../receipt.ts';

const instant = z.string().meta({ format: 'date-time' });
const asker = z.enum(['self', 'managing']);
const codes = [...new Set([...STUCK, ...REFUSED, ...RETRY, ...UNCONFIRMED_CODES])];

const OUTCOMES = [
  'revoked',
  'already-revoked',
  'restricted',
  'planned',
  'withdrawn',
  'refused',
  'stuck',
  'retry',
  'confirmed',
  'unconfirmed',
  'resurrected',
  'widened',
] as const satisfies readonly OutcomeName[];

const STATES = ['gone', 'dead', 'alive', 'expired', 'unknown'] as const satisfies readonly KeyState[];

const Evidence = z.strictObject({
  at: instant,
  step: z.enum(['probe', 'call']),
  asked: z.string(),
  as: z.enum([...asker.options, 'control']),
  host: z.string(),
  saw: z.enum(SAW),
  code: z.string(),
});

const Times = z.strictObject({
  dueAt: instant,
  receivedAt: instant,
  calledAt: instant.exactOptional(),
  acceptedAt: instant.exactOptional(),
  goneAt: instant.exactOptional(),
});

const BASES = ['accepted', 'reply-lost', 'call-unknown'] as const satisfies readonly ProofBasis[];

const ProofShape = z.strictObject({
  revision: z.int().min(1),
  basis: z.enum(BASES).nullable(),
  control: z.enum(['signer', 'key', 'none']),
  tried: z.enum(['key', 'list']),
  absences: z.int().min(0),
  sightings: z.int().min(0),
  connections: z.int().min(0),
  addresses: z.array(z.string()),
  lastSightingAt: instant.nullable(),
  bound: z.number().min(0).max(1).nullable(),
  notAsked: z.array(z.string()),
  firstAbsenceAt: instant.nullable(),
  spanMs: z.int().min(0),
  settle: z.strictObject({
    windowMs: z.int().min(1),
    source: z.enum(['measured', 'documented', 'assumed']),
    endsAt: instant,
  }),
});

/** The shape of a receipt, for programs outside this system. It is published as a JSON Schema; our own code uses the type. */
export const receiptShape = (providers: Providers) =>
  z.strictObject({
    version: z.literal(2),
    receiptId: z.string(),
    requestId: z.string(),
    attempt: z.int().min(1),
    final: z.boolean(),
    dryRun: z.boolean(),
    provider: z.enum(Object.keys(providers)).nullable(),
    operation: z
      .enum([...new Set(Object.values(providers).flatMap(({ operations }) => Object.keys(operations)))])
      .nullable(),
    environment: z.string().nullable(),
    outcome: z.enum(OUTCOMES),
    keyState: z.enum(STATES),
    code: z.enum(codes).nullable(),
    wouldEnd: z.enum(STUCK.map((code) => `stuck/${code}` as const)).exactOptional(),
    retriedUntil: instant.exactOptional(),
    message: z.string(),
    request: z.strictObject({
      id: z.string().exactOptional(),
      reason: z.enum(REASONS).nullable(),
      requestedBy: z.string().nullable(),
      sender: z.string().nullable(),
      reference: z.string().nullable(),
    }),
    signer: z.strictObject({ as: asker, id: z.string(), secretId: z.string(), secretVersion: z.string() }).nullable(),
    key: z.strictObject({ id: z.string(), digest: z.string(), subMemberId: z.string().nullable() }).nullable(),
    change: z.strictObject({ before: z.unknown(), after: z.unknown() }).nullable(),
    proof: ProofShape.nullable(),
    calls: z.int().min(0),
    evidence: z.array(Evidence),
    times: Times,
    timeToRevokeMs: z.int().nullable(),
    confirms: z.enum(OUTCOMES).nullable(),
    exposedMs: z.int().nullable(),
  }) satisfies z.ZodType<Receipt>;
