/** 127.0.0.0/8, ::1 and localhost, as the URL parser writes them: short and numeric spellings are long by then. */
const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;

/**
 * Reads a base URL that takes a provider's place in local runs and tests: `http://127.0.0.1:8080`.
 *
 * @param name the variable that holds it
 * @throws Error where it is anything else than plain HTTP to this machine
 */
export const loopbackUrl = (name: string, text: string): URL => {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined) throw new Error(`Cannot use ${name}: it must be http://127.0.0.1:<port>`);
  const rest = url.username + url.password + url.pathname + url.search + url.hash;
  if (url.protocol !== 'http:' || !LOOPBACK.test(url.hostname) || rest !== '/')
    throw new Error(`Cannot use ${name} with ${url.protocol}//${url.hostname}: it must be http://127.0.0.1:<port>`);
  return url;
};

/** The host of such a URL as a socket takes it: without the brackets of IPv6. */
export const socketHost = ({ hostname }: URL): string => hostname.replace(/^\[|\]$/g, '');

/** The variable that names a stand-in for a provider on this machine. */
export const baseUrlVariable = (provider: string): string => `${provider.toUpperCase()}_BASE_URL`;
