import { arnOf } from '../protocol/account.ts';
import type { BusEvent } from './bus-event.ts';
import { type EventPattern, matches } from './event-pattern.ts';
import { type InputTransformer, transformed } from './input-transformer.ts';

export interface Target {
  readonly Id: string;
  /** ARN of a queue: no other kind of target is emulated. */
  readonly Arn: string;
  /** @default the target gets the whole event */
  readonly InputTransformer?: InputTransformer | undefined;
  readonly DeadLetterConfig?: { readonly Arn?: string | undefined } | undefined;
}

export interface Rule {
  readonly arn: string;
  readonly pattern: EventPattern;
  readonly isEnabled: boolean;
  readonly targets: readonly Target[];
}

export type Listener = (event: BusEvent, busName: string) => void;
export type Deliver = (
  queueArn: string,
  body: string,
  attributes?: Readonly<Record<string, string>>,
) => Promise<boolean>;

/** Event buses with their rules, by name. A bus named by ARN is the one with the name behind the slash. */
export class Buses {
  readonly now: () => number;
  readonly #deliver: Deliver;
  readonly #rules = new Map<string, Map<string, Rule>>([['default', new Map()]]);
  readonly #listeners = new Set<Listener>();

  constructor(now: () => number, deliver: Deliver) {
    this.now = now;
    this.#deliver = deliver;
  }

  create(name: string): void {
    this.#rules.set(name, new Map());
  }

  /** The rules of a bus by name, or undefined where there is no such bus. */
  rulesOf(busName = 'default'): Map<string, Rule> | undefined {
    return this.#rules.get(busName.split('/').at(-1) ?? '');
  }

  /** Calls back for every event that any bus takes in; the result stops that. */
  listen(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Hands the event, or what a target makes of it, to the targets of every rule that matches; what a target refuses goes to its dead-letter queue. */
  async publish(event: BusEvent, busName: string): Promise<void> {
    for (const listener of this.#listeners) listener(event, busName);
    const rules = [...(this.rulesOf(busName)?.values() ?? [])];
    const matching = rules.filter(({ isEnabled, pattern }) => isEnabled && matches(pattern, event));
    for (const rule of matching) await Promise.all(rule.targets.map((target) => this.#hand(event, rule, target)));
  }

  async #hand(event: BusEvent, rule: Rule, target: Target): Promise<void> {
    const { InputTransformer: transformer } = target;
    const body = transformer === undefined ? JSON.stringify(event) : transformed(transformer, event);
    const deadLetters = target.DeadLetterConfig?.Arn;
    if ((await this.#deliver(target.Arn, body)) || deadLetters === undefined) return;
    await this.#deliver(deadLetters, body, {
      RULE_ARN: rule.arn,
      TARGET_ARN: target.Arn,
      ERROR_CODE: 'NO_RESOURCE',
      ERROR_MESSAGE: 'The target refused the event or does not exist.',
    });
  }
}

export const ruleArn = (busName: string, ruleName: string): string =>
  arnOf('events', busName === 'default' ? `rule/${ruleName}` : `rule/${busName}/${ruleName}`);
