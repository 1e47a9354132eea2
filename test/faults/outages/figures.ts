import { type Measured, measure } from './documented-rates.ts';
import { HOUR, MINUTE, nameOf, type Outage, TOLD_MS } from './outage.ts';
import type { Followed, Ran } from './run-outage.ts';

/** The longest wait between two deliveries, by the age that a request has at the end of the outage. */
const capOf = (isUrgent: boolean, ms: number): number => {
  if (ms === 0) return 0;
  if (!isUrgent) return 15 * MINUTE;
  return ms < HOUR ? MINUTE : 4 * MINUTE;
};

/** A silent provider is tried each 15 s, and the try that is under way when it comes back lasts as long as an exchange may. */
const TRIED_MS = 20_000;
/** Two probes a gap apart, with the ways there and back. */
const PROOF_MS = 3_000;

/** What one outage came to, in milliseconds from its end; of the requests that waited for it. */
export interface Figures {
  readonly drainMs: number;
  readonly urgentMs: number;
  readonly urgentMedianMs: number;
  readonly othersMedianMs: number;
  /** How long requests of the other providers took at most, from their sending to their receipt. */
  readonly elsewhereMs: number;
  /** The urgent ones of these. */
  readonly urgentElsewhereMs: number;
  readonly rates: readonly Measured[];
  /** What the waits and the documented rates take, one after the other. */
  readonly boundMs: { readonly all: number; readonly urgent: number };
}

const endOf = ({ finals }: Followed): number => finals[0]?.at ?? Number.POSITIVE_INFINITY;

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;

export const figuresOf = (outage: Outage, { requests, fleet, healsAt }: Ran): Figures => {
  const mine = requests.filter(({ provider }) => provider === outage.provider);
  const waiting = mine.filter(({ sentAt }) => sentAt < healsAt || outage.ms === 0);
  const after = (isUrgent: boolean): readonly number[] =>
    waiting.filter((one) => one.isUrgent === isUrgent).map((one) => endOf(one) - healsAt);
  const elsewhere = requests.filter(({ provider }) => provider !== outage.provider);
  const longest = (all: readonly Followed[]): number => Math.max(0, ...all.map((one) => endOf(one) - one.sentAt));
  const drainMs = Math.max(...after(true), ...after(false));
  const rates = measure(fleet, healsAt, healsAt + drainMs);
  const least = Math.max(0, ...rates.map(({ leastMs }) => leastMs));
  const start = outage.ms === 0 ? 0 : (TOLD_MS[outage.kind] ?? 0) + TRIED_MS + PROOF_MS;
  return {
    drainMs,
    urgentMs: Math.max(...after(true)),
    urgentMedianMs: median(after(true)),
    othersMedianMs: median(after(false)),
    elsewhereMs: longest(elsewhere),
    urgentElsewhereMs: longest(elsewhere.filter(({ isUrgent }) => isUrgent)),
    rates,
    boundMs: { all: start + capOf(false, outage.ms) + least, urgent: start + capOf(true, outage.ms) + least },
  };
};

const seconds = (ms: number): string => `${(ms / 1_000).toFixed(1)} s`;

const peakText = ({ of, peak, most, perMs }: Measured): string => `${peak} of ${most} per ${perMs / 1_000} s by ${of}`;

/** One line for people. */
export const lineOf = (outage: Outage, figures: Figures, mostReceives: number): string => {
  const { drainMs, urgentMs, boundMs, rates, elsewhereMs, urgentElsewhereMs } = figures;
  const peaks = rates.length > 0 ? `, peak ${rates.map(peakText).join(', ')}` : '';
  const drained = `drained in ${seconds(drainMs)}, bound ${seconds(boundMs.all)}, the urgent in ${seconds(urgentMs)}`;
  return `${nameOf(outage)} ${drained}${peaks}; elsewhere ${seconds(elsewhereMs)} at most, the urgent ${seconds(urgentElsewhereMs)}; received ${mostReceives} times at most`;
};
