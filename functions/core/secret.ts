/**
 * A value that must reach no log, error, receipt, queue or ledger. Printing, joining or serializing it gives `[secret]`;
 * `reveal` is called only where a header or a signature is made.
 */
export class Secret<T = string> {
  readonly #value: T;

  constructor(value: T) {
    this.#value = value;
  }

  reveal(): T {
    return this.#value;
  }

  toString(): string {
    return '[secret]';
  }

  toJSON(): string {
    return '[secret]';
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return '[secret]';
  }
}
