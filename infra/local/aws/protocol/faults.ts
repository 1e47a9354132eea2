import type { Call, Service } from './call.ts';

/** What a fault does: whether the service still carries the call out, and what the caller gets instead of the answer. */
const KINDS = {
  throttle: { applied: false, shows: 'throttled' },
  unavailable: { applied: false, shows: 'unavailable' },
  'unavailable-after': { applied: true, shows: 'unavailable' },
  reset: { applied: false, shows: 'reset' },
  'reset-after': { applied: true, shows: 'reset' },
  deny: { applied: false, shows: 'denied' },
  'deny-key': { applied: false, shows: 'key denied' },
  hang: { applied: false, shows: 'nothing' },
  'hang-after': { applied: true, shows: 'nothing' },
} as const;

export type FaultKind = keyof typeof KINDS;
export type FaultEffect = (typeof KINDS)[FaultKind];

/**
 * One fault by script. An SDK client tries three times by default, so `times: 3` is what makes a call of it fail. A denial is
 * tried again only by a client whose clock is off.
 */
export interface Fault {
  readonly service: Service;
  readonly action: string;
  /**
   * `…-after`: the service has done what was asked when the caller sees the fault. `deny`: the role may not do this. `deny-key`: the role may
   * not use the KMS key. `hang` lasts until the caller leaves.
   */
  readonly kind: FaultKind;
  /** How many calls it meets. @default 1 */
  readonly times?: number;
  /** How many calls it lets pass first. @default 0 */
  readonly skip?: number;
  /** Only calls whose body holds this text. @default every call of the action */
  readonly containing?: string;
}

export interface Faults {
  add(fault: Fault): void;
  clear(): void;
  /** Those that have not yet met all their calls. */
  pending(): readonly Fault[];
  /** Uses up one meeting of the first fault that is meant for the call. */
  meet(call: Call): FaultEffect | undefined;
}

const isFor = (fault: Fault, call: Call): boolean =>
  fault.service === call.service && fault.action === call.action && call.body.includes(fault.containing ?? '');

/** Makes an empty script of faults, used up in the order in which they were added. */
export const createFaults = (): Faults => {
  let script: readonly Fault[] = [];
  const replace = (old: Fault, next: Fault): void => {
    script = script.map((fault) => (fault === old ? next : fault)).filter(({ times = 1 }) => times > 0);
  };
  return {
    add: (fault) => {
      script = [...script, { ...fault }];
    },
    clear: () => {
      script = [];
    },
    pending: () => script,
    meet: (call) => {
      const fault = script.find((each) => isFor(each, call));
      if (fault === undefined) return undefined;
      const { skip = 0, times = 1 } = fault;
      replace(fault, skip > 0 ? { ...fault, skip: skip - 1 } : { ...fault, times: times - 1 });
      return skip > 0 ? undefined : KINDS[fault.kind];
    },
  };
};
