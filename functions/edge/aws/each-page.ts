import { Unavailable } from '../../core/fault.ts';

/** How a listing of AWS is read. */
export interface PagedList<Answer, Place> {
  /** Completes "Cannot …": `list secrets`. */
  readonly what: string;
  /** @param isFirst whether no page has been read before */
  ask(place: Place | undefined, isFirst: boolean): Promise<Answer>;
  /** Where an answer says that the next page begins. Absent from the last page. */
  next(answer: Answer): Place | undefined;
  /** Where to begin. @default the first page */
  readonly from?: Place | undefined;
}

/**
 * The pages of a listing, until the service names no next one. It may name each place only once: otherwise the list would never end, and
 * nothing is known of what is behind that place.
 *
 * @throws Unavailable where a place is named for the second time
 */
export async function* eachPage<Answer, Place>({
  what,
  ask,
  next,
  from,
}: PagedList<Answer, Place>): AsyncGenerator<Answer> {
  const named = new Set<string>();
  let place = from;
  for (let isFirst = true; isFirst || place !== undefined; isFirst = false) {
    const answer = await ask(place, isFirst);
    place = next(answer);
    if (place !== undefined) {
      const name = JSON.stringify(place);
      if (named.has(name)) throw new Unavailable(`Cannot ${what}: AWS names the same next page twice`);
      named.add(name);
    }
    yield answer;
  }
}
