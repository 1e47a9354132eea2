import { itemsOf } from './read-corpus.ts';
import { openStage, type ProviderName, type Stored } from './stage.ts';

const textOf = (name: string): string => itemsOf('credentials').find((item) => item.name === name)?.text ?? '';

/** The secrets that the orders of the corpus name. */
const STANDING: Readonly<Record<string, Stored>> = {
  'key-revoker/desk': { provider: 'bybit', text: textOf('bybit-hmac') },
  'key-revoker/master': {
    provider: 'bybit',
    text: JSON.stringify({ apiKey: 'CORPUSmaster000001', apiSecret: 'CANARYsecretOfTheMaster0000000000001' }),
    isMaster: true,
  },
  'key-revoker/kalshi': { provider: 'kalshi', text: textOf('kalshi-ed25519') },
  'key-revoker/requesty': { provider: 'requesty', text: textOf('requesty-bearer') },
};

/** A stage for an order or an alert. */
export const stageForMessages = () => openStage(STANDING);

/** The secret in which a credential of the corpus stands. */
export const SECRET_ID = 'key-revoker/corpus';

export const providerIn = (name: string): ProviderName => name.split('-')[0] as ProviderName;
