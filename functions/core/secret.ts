/**
 * A value that must reach no log, error, receipt, queue or ledger. Printed, joined or serialized it gives `[secret]`.
 * `reveal` is called only to read a credential, and to make a header or a signature.
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
