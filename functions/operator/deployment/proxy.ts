import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import type { AwsSettings } from './connect.ts';
import type { ProcessPorts } from './process-ports.ts';

/** The names by which tools of AWS know a proxy. */
const PROXIES = ['HTTPS_PROXY', 'https_proxy', 'HTTP_PROXY', 'http_proxy', 'ALL_PROXY', 'all_proxy'];

/** Connections through the proxy that the environment names, with its `NO_PROXY`. The SDK for JavaScript does not look for one. */
export const proxyIn = (environment: ProcessPorts['environment']): AwsSettings => {
  if (!PROXIES.some((name) => environment[name])) return {};
  const options = { keepAlive: true, proxyEnv: environment };
  return { agents: { httpAgent: new HttpAgent(options), httpsAgent: new HttpsAgent(options) } };
};
