/** How long an SDK client waits, in milliseconds. */
export interface Patience {
  readonly connectMs: number;
  /** Without a byte, be it of the headers or of the body. */
  readonly silenceMs: number;
}

/** Settings for any SDK client: three tries, each of which ends in time for the next. Endpoint, region and role are the environment's. */
export const sdkClient = ({ connectMs, silenceMs }: Patience) => ({
  maxAttempts: 3,
  retryMode: 'standard',
  requestHandler: { connectionTimeout: connectMs, socketTimeout: silenceMs },
});
