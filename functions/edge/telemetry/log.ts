import { Logger } from '@aws-lambda-powertools/logger';
import type { Log, LogFacts } from '../../core/ports.ts';

const FLAT = new Set(['string', 'number', 'boolean']);

/** Types end where a cast begins: what is not flat after all is left out rather than printed. */
const flat = (facts: LogFacts): LogFacts =>
  Object.fromEntries(Object.entries(facts).filter(([, value]) => FLAT.has(typeof value)));

/**
 * JSON lines on standard output, one for each event: `message` is the event, beside it the facts.
 *
 * @param service the name that stands in each line
 */
export const logAs = (service: string): Log => {
  const logger = new Logger({ serviceName: service, logLevel: 'INFO' });
  return {
    info: (event, facts) => logger.info(event, flat(facts)),
    warn: (event, facts) => logger.warn(event, flat(facts)),
  };
};
