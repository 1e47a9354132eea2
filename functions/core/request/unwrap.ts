import { isObject, type ReadJson, readJson, whyNoObject } from '../json.ts';
import { type IsRequestTopic, REQUEST_DETAIL_TYPE, REQUESTS, WRAPPERS, type Wrapper } from './wrappers.ts';

type Fields = Readonly<Record<string, unknown>>;

/** How many wrappers may stand around an order. */
const MOST_WRAPPERS = 2;

/** So deep a message is looked at, to say what is in it: three records, each in an event of records. */
const DEEPEST_LOOK = 6;

/** A wrapper in a message. */
interface Layer {
  readonly wrapper: Wrapper;
  readonly value: Fields;
  /** As a phrase that quotes nothing of it. */
  readonly what: string;
  /** How many stand in a list. 1 without a list. */
  readonly count: number;
  /** Another wrapper that could hold an order as well. */
  readonly also: Wrapper | undefined;
  /** Whether what is inside may be an order. */
  readonly isOpen: boolean;
}

/** The wrapper that a value is, or that the first value of a list is. */
const findLayer = (given: unknown, isRequestTopic: IsRequestTopic): Layer | undefined => {
  const isList = Array.isArray(given);
  const value: unknown = isList ? given[0] : given;
  if (!isObject(value)) return undefined;
  const [wrapper, ...others] = WRAPPERS.filter(({ isIt }) => isIt(value));
  const count = isList ? given.length : 1;
  const named = { value, count, also: others.find(({ inside }) => inside !== undefined) };
  if (wrapper === undefined)
    return isList && REQUESTS.isIt(value)
      ? { ...named, wrapper: REQUESTS, what: REQUESTS.what, isOpen: false }
      : undefined;
  return {
    ...named,
    wrapper,
    what: `${wrapper.what}${isList ? ' in a list' : ''}`,
    isOpen:
      (!isList || (wrapper.inList === true && count === 1)) &&
      named.also === undefined &&
      wrapper.opens?.(value, isRequestTopic) === true,
  };
};

interface Peeled {
  /** The outermost first. */
  readonly layers: readonly Layer[];
  /** What is inside all of them. */
  readonly core: ReadJson;
}

const readInside = (inside: unknown): ReadJson =>
  typeof inside === 'string' ? readJson(inside) : { value: inside, problem: undefined };

const peel = (read: ReadJson, isRequestTopic: IsRequestTopic, depth = 0): Peeled => {
  const layer = depth < DEEPEST_LOOK ? findLayer(read.value, isRequestTopic) : undefined;
  if (layer === undefined) return { layers: [], core: read };
  const { wrapper, value, count, isOpen } = layer;
  const inside = wrapper.inside === undefined ? undefined : value[wrapper.inside];
  // Of several in a wrapper that is not opened none is looked at.
  const isLookedAt = inside !== undefined && (isOpen || (count === 1 && !Array.isArray(inside)));
  if (!isLookedAt) return { layers: [layer], core: { value: undefined, problem: undefined } };
  const inner = readInside(inside);
  const { layers, core } = peel({ ...inner, problem: read.problem ?? inner.problem }, isRequestTopic, depth + 1);
  return { layers: [layer, ...layers], core };
};

/** What an event has beside its detail. */
const EVENT_FIELDS: readonly string[] = [
  ...['version', 'id', 'detail-type', 'source', 'account', 'time', 'region', 'resources', 'detail'],
];

const isEvent = ({ value }: Layer): boolean => value['detail-type'] === REQUEST_DETAIL_TYPE;

/** A field of a request that stands beside what a wrapper holds: another reader could take the one for the other. */
const outsideOf = (layer: Layer, known: readonly string[]): string | undefined => {
  const own = isEvent(layer) ? EVENT_FIELDS : [];
  return Object.keys(layer.value).find((field) => known.includes(field.toLowerCase()) && !own.includes(field));
};

/** An id that a message names. */
export interface NamedId {
  readonly text: string;
  /** Whether the request itself names it, and not something around it. */
  readonly isOwn: boolean;
}

const namedId = (text: unknown, isOwn: boolean): readonly NamedId[] =>
  typeof text === 'string' && text !== '' ? [{ text, isOwn }] : [];

/** The id that a sender waits for: the request's own, otherwise that of the innermost wrapper that has one. */
const idIn = ({ layers, core }: Peeled): NamedId | undefined =>
  [
    ...(isObject(core.value) ? namedId(core.value['requestId'], true) : []),
    ...layers.toReversed().flatMap(({ wrapper, value, isOpen: opened, count }) => {
      if (count !== 1) return [];
      return [...(opened ? namedId(value['requestId'], true) : []), ...namedId(value[wrapper.id ?? ''], false)];
    }),
  ][0];

/** The sentence for a message whose wrappers do not let an order through. */
const objectionTo = ({ layers, core }: Peeled): string | undefined => {
  const around = (index: number): string =>
    layers
      .slice(0, index)
      .toReversed()
      .map(({ what }) => ` in ${what}`)
      .join('');
  const unclear = layers.find(({ also, wrapper }) => also !== undefined && wrapper.opens !== undefined);
  if (unclear?.also) return `Cannot tell which order is meant: the message is ${unclear.what} and ${unclear.also.what}`;
  const closed = layers.findLastIndex((layer) => !layer.isOpen);
  const found = layers[closed];
  if (found) return `Cannot act on ${found.what}${around(closed)}: ${found.wrapper.fix}`;
  // The list of records stands around a record, which counts.
  if (layers.filter(({ wrapper }) => wrapper.inside !== 'Records').length > MOST_WRAPPERS)
    return `Cannot act on an order${around(layers.length)}: at most ${MOST_WRAPPERS} may stand around it`;
  const problem = core.problem ?? whyNoObject(core.value);
  if (problem === undefined) return undefined;
  return `Cannot read ${layers.length === 0 ? 'the body' : `what is${around(layers.length)}`}: ${problem}`;
};

/** A message without what stands around its order. */
export interface Unwrapped {
  readonly id: NamedId | undefined;
  /** The sentence of a refusal. */
  readonly objection: string | undefined;
  /** The order; if a field stands outside of it, what that field stands in. */
  readonly fields: Fields;
  /** The event around the order, if nothing stands around the event: only then may the bus have written it. */
  readonly event: Fields | undefined;
  /** The id of the event around the order. It names the request if the order does not. */
  readonly eventId: string | undefined;
}

/**
 * Takes a message apart: an order, bare or in at most two wrappers that are opened. These are our own event, one record of SQS, and the envelope
 * of a named topic. Nothing of a wrapper becomes a field of the order. No address in it is fetched.
 *
 * @param known every field that an order may have
 */
export const unwrap = (read: ReadJson, known: readonly string[], isRequestTopic: IsRequestTopic): Unwrapped => {
  const peeled = peel(read, isRequestTopic);
  const { layers, core } = peeled;
  const id = idIn(peeled);
  const refused = (objection: string, fields: Fields = {}): Unwrapped => ({
    ...{ id, objection, fields, event: undefined, eventId: undefined },
  });
  const objection = objectionTo(peeled);
  if (objection !== undefined) return refused(objection);
  const names = known.map((field) => field.toLowerCase());
  for (const layer of layers) {
    const outside = outsideOf(layer, names);
    if (outside !== undefined)
      return refused(
        `Cannot tell which order is meant: ${outside} stands outside ${layer.wrapper.inside}. Every field of the request must stand inside`,
        layer.value,
      );
  }
  const [event] = layers.filter(isEvent).toReversed();
  const [eventId] = namedId(event?.value['id'], false);
  return {
    id,
    objection: undefined,
    fields: core.value as Fields,
    event: layers[0] && isEvent(layers[0]) ? layers[0].value : undefined,
    eventId: eventId?.text,
  };
};
