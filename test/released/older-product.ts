import { join } from 'node:path';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { AHEAD_MS, type Around, DEPLOYMENT, digest, type Ports, type Product, receiveWith, sendTo } from './product.ts';

/**
 * The functions of a release, as `code.js` in its folder holds them: its own core, providers and ledger in one minified file, without the
 * AWS SDK. That of 0.1.0 was made at commit 16b13fc from its `serve`, `tick`, `dynamoLedger` and `PROVIDERS`, by esbuild with
 * `--bundle --minify --format=esm --platform=node --external:@aws-sdk/*`.
 */
interface Code {
  readonly serve: (serving: object) => Parameters<typeof receiveWith>[0];
  readonly tick: (ports: object, aheadMs: number, until?: number) => Promise<unknown>;
  readonly dynamoLedger: (client: DynamoDBDocumentClient, table: string) => Ports['ledger'];
  readonly providers: { readonly PROVIDERS: Readonly<Record<string, unknown>> };
}

/** Opens the functions of a release that has been: 0.1.0 only, since later ones have other ports. */
export const olderProduct = async (release: '0.1.0'): Promise<(given: Around) => Product> => {
  const { serve, tick, dynamoLedger, providers }: Code = await import(join(import.meta.dirname, release, 'code.js'));
  const { PROVIDERS } = providers;
  return ({ clock, config, table, vault, sandboxes, outbox, newId, warn, hide, around }) => {
    const ports = around({
      clock,
      ledger: dynamoLedger(table.client, 'ledger'),
      ...{ vault, outbox, newId, digest },
      log: { info: () => undefined, warn },
      send: sendTo(sandboxes, clock),
      random: () => 0.5,
      provider: (name: string) => PROVIDERS[name],
      config: { ...config, ...DEPLOYMENT, providers: Object.keys(PROVIDERS) },
    } as unknown as Ports);
    return {
      ports,
      receive: receiveWith(serve({ ports, hide }), clock),
      tick: (isShort) => tick(ports, AHEAD_MS, isShort ? clock.now() : undefined),
    };
  };
};
