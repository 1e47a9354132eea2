/** How long requests stay open here: longer than a key has to be gone where nothing tells its death from an outage. */
export const GIVE_UP_MS = 75 * 60_000;
