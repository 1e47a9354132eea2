/** What becomes of a key by a hand. */
export type HandEffect = 'widened' | 'narrowed' | 'unpermitted' | 'bound' | 'expired' | 'renewed';

/** Something that a person does to a key in the provider's web console. */
export interface Hand<S> {
  readonly name: string;
  act(sandbox: S, world: string, keyId: string): void;
  /** Absent where that is nothing a model of the key has to know. */
  readonly effect?: HandEffect;
  /** Where it is done while an order is under way. */
  readonly midway?: Midway<S>;
}

/** One key of an order, and what the order may come to. */
export interface Midway<S> {
  readonly to: 'target' | 'signer';
  /** Takes it back some deliveries later. */
  later?(sandbox: S, world: string, keyId: string): void;
  /** Outcomes beside the usual ones. */
  readonly orElse?: readonly string[];
}
