import { Logger } from '@aws-lambda-powertools/logger';
import type { Log, LogFacts } from '../../core/ports.ts';
import type { Embedded } from './emf.ts';

const FLAT = new Set(['string', 'number', 'boolean']);

/** Types end where a cast begins: what is not flat after all is left out rather than printed. */
const flat = (facts: LogFacts): LogFacts =>
  Object.fromEntries(Object.entries(facts).filter(([, value]) => FLAT.has(typeof value)));

/**
 * JSON lines on standard output, one for each event: `message` is the event, beside it the facts, and the metrics that the event makes. The
 * metrics of a warning have a line of their own: warnings go to standard error, and only for standard output does AWS say that it reads
 * metrics.
 *
 * @param service the name that stands in each line
 * @param metricsOf the fields that make metrics of an event
 */
export const logAs = (
  service: string,
  metricsOf: (event: string, facts: LogFacts) => Embedded | undefined = () => undefined,
): Log => {
  const logger = new Logger({ serviceName: service, logLevel: 'INFO' });
  return {
    info: (event, facts) => logger.info(event, flat(facts), { ...metricsOf(event, facts) }),
    warn: (event, facts) => {
      logger.warn(event, flat(facts));
      const metrics = metricsOf(event, facts);
      if (metrics) logger.info(`counted: ${event}`, metrics);
    },
  };
};
