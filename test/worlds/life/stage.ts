import type { Saw } from '../../../functions/core/answer.ts';
import type { EpochMs } from '../../../functions/core/epoch.ts';
import type { Ports } from '../../../functions/core/ports.ts';
import type { HttpCall, MaybeReply } from '../../../functions/core/provider.ts';
import type { Receipt } from '../../../functions/core/receipt.ts';
import {
  type AttendedSandbox,
  type FaultScript,
  SANDBOX_OF,
  type SandboxName,
} from '../../../infra/local/sandbox/index.ts';
import type { OrderUnderTest } from '../../faults/orders/order-under-test.ts';
import type { InProcess } from '../../faults/simulated/serve-in-process.ts';
import type { World } from '../../faults/world/world.ts';
import type { Draw } from './draw.ts';

/** A connection to one of a host's addresses. */
export interface Connection {
  /** Tells connections apart. */
  readonly number: number;
  /** From 0. */
  readonly address: number;
}

/** One exchange on its way to the provider. */
export interface Leaving {
  readonly call: HttpCall;
  /** Epoch milliseconds. */
  readonly at: number;
  readonly connection: Connection;
}

/** What is wrong in one world: with the provider, on the way to it, or around it. A world without any of these is healthy. */
export interface Sickness {
  /** In a few words, with the lengths that were drawn. */
  readonly says: string;
  /** Before the request is sent. */
  prepares?(stage: Stage): void | Promise<void>;
  /** What the exchange meets; the first that fits is played. */
  meets?(stage: Stage, leaving: Leaving): readonly FaultScript[];
  /** What comes back in place of a reply. @param seq the exchange's number in the provider's record */
  answers?(stage: Stage, reply: MaybeReply, seq: number): MaybeReply;
  /** The function's own ports where they are not the usual: a provider that is read in another way, or something of ours that is spoiled. */
  ours?(ports: Ports): Ports;
  /** What a person or the passing of time does. Asked again before each exchange and each delivery, and after each word. */
  happens?(stage: Stage): void;
  /** Until when some node accepts the deleted key, in epoch milliseconds; `undefined` where none does once the record holds the key no more. */
  acceptedUntil?(stage: Stage): number | undefined;
  /** So few nodes accept the key, for longer than any declared window, that no probe need ever meet one. */
  readonly isBeyondUs?: boolean;
  /** So many requests for keys of the same account come at the same time. @default none */
  readonly others?: number;
  /** For so many days the daily pass runs. @default none */
  readonly days?: number;
}

/** What one question about the target was answered. */
export interface Heard {
  readonly at: EpochMs;
  readonly questionId: string;
  readonly saw: Saw;
}

/** A receipt that left, with what was true of its key at that instant. */
export interface Word {
  readonly at: EpochMs;
  readonly receipt: Receipt;
  /** Some node still accepts the key, now or later. */
  readonly isAccepted: boolean;
}

/** The reply by which a provider accepts a call. */
export type Acceptance = Omit<Extract<FaultScript['fault'], { readonly kind: 'reply' }>, 'kind' | 'applied'>;

/** One world with its sickness, ready to be played. */
export interface Stage {
  readonly world: World;
  readonly sandbox: InProcess & AttendedSandbox;
  readonly provider: SandboxName;
  readonly order: OrderUnderTest;
  readonly sickness: Sickness;
  readonly draw: Draw;
  /** The function's own, with the sickness around them. */
  readonly ports: Ports;
  readonly heard: readonly Heard[];
  readonly words: readonly Word[];
  /** What the provider answers to this order's call where nothing goes wrong; `undefined` where it refuses the call. */
  readonly accepted: Acceptance | undefined;
  /** The key of another account. */
  readonly strangerId: string | undefined;
  /** When the request is sent, epoch milliseconds. Set by what prepares the world. */
  sentAt: number;
  /** How often what is wrong has struck: an exchange, an answer, something done by hand. */
  struck: number;
  /** Exchanges before the request was sent. */
  readonly skipped: () => number;
  /** Exchanges since the request was sent. */
  readonly exchanges: () => number;
  /** Calls so far. */
  readonly calls: () => number;
  /** When a request deleted the target, by the provider's record. */
  readonly deletedAt: () => number | undefined;
}

/** The cast of the stage's provider. */
export const castOf = ({ provider }: Pick<Stage, 'provider'>) => SANDBOX_OF[provider].cast;
