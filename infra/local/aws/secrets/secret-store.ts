import { AwsError } from '../protocol/aws-error.ts';
import type { StoredSecret } from './stored-secret.ts';

const ARN = /^arn:[^:]+:secretsmanager:[^:]+:[^:]+:secret:(?<rest>.+)$/;
const SUFFIX = /-[A-Za-z0-9]{6}$/;

export const notFound = (): AwsError =>
  new AwsError('ResourceNotFoundException', "Secrets Manager can't find the specified secret.");

/** All secrets of the account: found by name or ARN, listed in the order of creation. Forgets a secret when its time is up. */
export class SecretStore {
  readonly now: () => number;
  readonly #byName = new Map<string, StoredSecret>();
  /** Names in the order of creation, so that a page of a listing starts where the last one ended. */
  readonly #names: string[] = [];
  /** Each state of each secret, for listings that are behind; `undefined`: it was removed. */
  readonly #states = new Map<string, { readonly at: number; readonly secret: StoredSecret | undefined }[]>();
  /** How old a listing is. AWS says that it may be five minutes. */
  listingLagMs = 0;

  constructor(now: () => number) {
    this.now = now;
  }

  get nextPosition(): number {
    return this.#names.length;
  }

  put(secret: StoredSecret): StoredSecret {
    if (secret.position === this.#names.length) this.#names.push(secret.name);
    this.#byName.set(secret.name, secret);
    this.#note(secret.name, secret);
    return secret;
  }

  remove({ name }: StoredSecret): void {
    this.#byName.delete(name);
    this.#note(name, undefined);
  }

  named(name: string): StoredSecret | undefined {
    const secret = this.#byName.get(name);
    if (secret?.deletedAt === undefined || secret.deletedAt > this.now()) return secret;
    this.remove(secret);
    return undefined;
  }

  /** At a position of the order of creation; undefined where that secret is gone. */
  at(position: number): StoredSecret | undefined {
    const secret = this.named(this.#names[position] ?? '');
    return secret?.position === position ? secret : undefined;
  }

  /** The same as a listing shows it. */
  listedAt(position: number): StoredSecret | undefined {
    if (this.listingLagMs === 0) return this.at(position);
    const states = this.#states.get(this.#names[position] ?? '') ?? [];
    const secret = states.findLast(({ at }) => at <= this.now() - this.listingLagMs)?.secret;
    return secret?.position === position ? secret : undefined;
  }

  #note(name: string, secret: StoredSecret | undefined): void {
    const states = this.#states.get(name) ?? [];
    states.push({ at: this.now(), secret });
    this.#states.set(name, states);
  }

  /**
   * @param secretId name, ARN, or ARN without the random suffix
   * @throws {AwsError} `ResourceNotFoundException`
   */
  find(secretId: string): StoredSecret {
    const rest = ARN.exec(secretId)?.groups?.['rest'];
    if (rest === undefined) return this.named(secretId) ?? this.#missing();
    const whole = this.named(rest.replace(SUFFIX, ''));
    if (whole?.arn === secretId) return whole;
    return this.named(rest) ?? this.#missing();
  }

  #missing(): never {
    throw notFound();
  }
}
