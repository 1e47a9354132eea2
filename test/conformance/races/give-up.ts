/** How long requests stay open here: a little more than an order waits for another that needs its key to sign. */
export const GIVE_UP_MS = 12 * 60_000;
