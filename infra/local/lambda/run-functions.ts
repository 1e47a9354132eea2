import { GetEventSourceMappingCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { SQSClient } from '@aws-sdk/client-sqs';
import { ACCOUNT } from '../aws/protocol/account.ts';
import type { Deployment } from '../deploy.ts';
import { type Delivery, type EventSource, eventSource } from './event-source.ts';
import type { EnvironmentOptions } from './lambda-environment.ts';
import { type LocalFunction, startFunction } from './runtime.ts';
import { type Ticker, ticker } from './schedule.ts';

export interface RunOptions extends EnvironmentOptions {
  /** At most so many processes per function, however many the mapping allows. @default 4 */
  readonly mostProcesses?: number;
  /** Sees each line that a function writes. */
  readonly onLine?: (functionId: string, line: string) => void;
  readonly onDelivery?: (functionId: string, delivery: Delivery) => void;
  readonly onTrouble?: (error: unknown) => void;
}

/** The functions of a deployment, by logical id, with what invokes them. */
export interface RunningFunctions {
  readonly functions: ReadonlyMap<string, LocalFunction>;
  readonly sources: readonly EventSource[];
  readonly tickers: readonly Ticker[];
  /** Stops polling and ticking, waits for the events under way, ends the processes. */
  close(): Promise<void>;
}

/** Starts every function of a deployment, the enabled mappings and the enabled schedules. */
export const runFunctions = (deployment: Deployment, options: RunOptions): RunningFunctions => {
  const { mostProcesses = 4, onLine = () => undefined, onDelivery = () => undefined } = options;
  const onTrouble = options.onTrouble ?? (() => undefined);
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  const config = { endpoint: options.endpointUrl, region: ACCOUNT.region, credentials };
  const [client, lambda] = [new SQSClient(config), new LambdaClient(config)];
  const isOn = async (UUID: string): Promise<boolean> => {
    const { State = '' } = await lambda.send(new GetEventSourceMappingCommand({ UUID }));
    return State.startsWith('Enabl');
  };
  const functions = new Map(
    Object.values(deployment.functions).map((config) => {
      const onItsLine = (line: string): void => onLine(config.logicalId, line);
      return [config.logicalId, startFunction(config, { ...options, concurrency: mostProcesses, onLine: onItsLine })];
    }),
  );
  const invokeOf = (id: string) => (event: unknown) =>
    functions.get(id)?.invoke(event) ?? Promise.reject(new Error(`Cannot invoke "${id}", wanted a deployed function`));
  const sources = deployment.mappings
    .filter(({ isEnabled }) => isEnabled)
    .map(({ functionId, id, ...mapping }) => {
      const onItsDelivery = (delivery: Delivery): void => onDelivery(functionId, delivery);
      const held = { ...mapping, maxConcurrency: Math.min(mapping.maxConcurrency, mostProcesses) };
      return eventSource(held, {
        ...{ client, invoke: invokeOf(functionId), onDelivery: onItsDelivery, onTrouble },
        isOn: () => isOn(id),
      });
    });
  const tickers = deployment.schedules.map((each) => ticker(each, { invoke: invokeOf(each.functionId), onTrouble }));
  for (const each of [...sources, ...tickers]) each.start();
  const close = async (): Promise<void> => {
    for (const each of tickers) each.stop();
    await Promise.all(sources.map((each) => each.stop()));
    await Promise.all([...functions.values()].map((each) => each.close()));
    for (const each of [client, lambda]) each.destroy();
  };
  return { functions, sources, tickers, close };
};
