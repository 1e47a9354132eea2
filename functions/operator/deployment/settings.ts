import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { jsonOrUndefined } from '../../core/json.ts';
import { EXIT, Failure } from '../terminal/failure.ts';
import type { ProcessPorts } from './process-ports.ts';

type Environment = ProcessPorts['environment'];

const DEFAULT_PREFIX = 'key-revoker/';

/** Which deployment, and how AWS is asked for it. Each field may be absent. */
const NAMED_PLACE = z.strictObject({
  prefix: z.string().min(1).optional(),
  region: z.string().min(1).optional(),
  profile: z.string().min(1).optional(),
});

const CONFIGURATION = z.strictObject({ contexts: z.record(z.string(), NAMED_PLACE) });

export type NamedPlace = z.infer<typeof NAMED_PLACE>;

/** The deployment that a command line is about. */
export interface Place {
  readonly prefix: string;
  readonly aws: { readonly region?: string; readonly profile?: string };
}

/** What a command line says of the place. */
export interface PlaceOptions extends NamedPlace {
  readonly context?: string;
}

/** `$XDG_CONFIG_HOME/key-revoker/config.json`, where XDG_CONFIG_HOME is `~/.config` if it is not set. */
const fileIn = ({ XDG_CONFIG_HOME, HOME = '' }: Environment): string =>
  join(XDG_CONFIG_HOME || join(HOME, '.config'), 'key-revoker', 'config.json');

const textOf = (file: string): string | undefined => {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new Failure(EXIT.usage, `Cannot read ${file}: ${(error as NodeJS.ErrnoException).code}`);
  }
};

const NEEDED =
  'it must be JSON such as { "contexts": { "production": { "prefix": "…", "region": "…", "profile": "…" } } }';

/**
 * The contexts of the configuration file, by name. None if there is no file.
 *
 * @throws Failure `usage` if the file is not as it must be. A secret has no place in it: other fields are refused
 */
export const contextsIn = (environment: Environment): Readonly<Record<string, NamedPlace>> => {
  const file = fileIn(environment);
  const text = textOf(file);
  if (text === undefined) return {};
  const read = CONFIGURATION.safeParse(jsonOrUndefined(text));
  if (read.success) return read.data.contexts;
  const at = read.error.issues.map(({ path }) => path.join('.')).find((path) => path !== '');
  throw new Failure(EXIT.usage, `Cannot use ${file}: ${at === undefined ? '' : `${at} is wrong; `}${NEEDED}`);
};

/** @throws Failure `usage` if there is no such context */
const contextNamed = (environment: Environment, name: string): NamedPlace => {
  const contexts = contextsIn(environment);
  if (Object.hasOwn(contexts, name)) return contexts[name] as NamedPlace; // it is there
  const names = Object.keys(contexts).join(', ') || 'none';
  throw new Failure(EXIT.usage, `Cannot find the context "${name}" in ${fileIn(environment)}: it has ${names}`);
};

/**
 * The deployment that is meant. An option goes before the context, and the context before the environment. No context is used that is not
 * named: nobody kills a key in a deployment by what a file said months ago.
 *
 * @throws Failure `usage` if a context is named that is not there, or the environment names two deployments
 */
export const placeIn = ({ context, ...options }: PlaceOptions, environment: Environment): Place => {
  const { KEY_REVOKER_PREFIX: prefix, KEY_REVOKER_CONTEXT } = environment;
  if (context === undefined && prefix && KEY_REVOKER_CONTEXT)
    throw new Failure(EXIT.usage, 'Cannot use KEY_REVOKER_CONTEXT and KEY_REVOKER_PREFIX together: unset one of them');
  const name = context ?? KEY_REVOKER_CONTEXT;
  const named = { ...(name ? contextNamed(environment, name) : {}), ...options };
  const { region, profile } = named;
  return {
    prefix: named.prefix ?? (prefix || DEFAULT_PREFIX),
    aws: { ...(region !== undefined && { region }), ...(profile !== undefined && { profile }) },
  };
};
