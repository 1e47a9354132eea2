import { Duration, Token } from 'aws-cdk-lib';

/** What is wrong with a prop, for the person who wrote the app. */
export const cannot = (what: string, value: unknown, wanted: string): Error =>
  new Error(`Cannot use ${String(value)} as ${what}: it must be ${wanted}`);

/**
 * A value that is known only at deploy cannot be checked against a range.
 *
 * @throws Error for a token.
 */
export const known = <T>(what: string, value: T, wanted: string): T => {
  const isToken = value instanceof Duration ? value.isUnresolved() : Token.isUnresolved(value);
  if (!isToken) return value;
  throw cannot(what, 'a token', `${wanted} that is known at synth`);
};

/** @throws Error for any other text. */
export const oneOf = <T extends string>(what: string, value: T, allowed: readonly T[]): T => {
  if (allowed.includes(known(what, value, 'a string'))) return value;
  throw cannot(what, `"${value}"`, allowed.join(' or '));
};

/** @throws Error for what is no whole number, or beyond either bound. */
export const whole = (what: string, value: number, [least, most]: readonly [number, number]): number => {
  if (Number.isInteger(known(what, value, 'a number')) && value >= least && value <= most) return value;
  throw cannot(what, value, `a whole number from ${least} to ${most}`);
};

/** Of one topic, known as a whole; no pattern. */
export const isTopicArn = (arn: string): boolean => /^arn:[^:*?]+:sns:[^:*?]+:\d{12}:[\w-]+(?:\.fifo)?$/.test(arn);

type Bounds = readonly [Duration, Duration];

const ms = (value: Duration): number => value.toMilliseconds({ integral: false });

/** @throws Error for what is shorter or longer. */
export const within = (what: string, value: Duration, [least, most]: Bounds): Duration => {
  known(what, value, 'a duration');
  if (ms(value) >= ms(least) && ms(value) <= ms(most)) return value;
  throw cannot(what, value.toHumanString(), `${least.toHumanString()} to ${most.toHumanString()}`);
};

const wholeUnits =
  (units: string, unit: Duration) =>
  (what: string, value: Duration, bounds: Bounds): Duration => {
    if (ms(within(what, value, bounds)) % ms(unit) === 0) return value;
    throw cannot(what, value.toHumanString(), `whole ${units}`);
  };

/** @throws Error for what is shorter or longer, or has a part of a second. */
export const wholeSeconds = wholeUnits('seconds', Duration.seconds(1));

/** @throws Error for what is shorter or longer, or has a part of a minute. */
export const wholeMinutes = wholeUnits('minutes', Duration.minutes(1));
