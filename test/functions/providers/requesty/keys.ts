import { requesty } from '../../../../functions/providers/requesty/index.ts';

export const TARGET = '1b4e28ba-2fa1-41d2-883f-0016d3cca427';
export const MANAGER = '6fa459ea-ee8a-3ca4-894e-db77e160355e';

/** The credential of a key, once its id is known. */
export const keyIn = (keyId: string, environment = 'prod') => ({
  ...requesty.credential({ apiKey: `rqsty-sk-TEST-${keyId.slice(0, 4)}`, environment }),
  keyId,
});

/** A refusal as Requesty has it. */
export const refusal = (message: string) => ({ error: { origin: 'router', message } });

export const INVALID = refusal('Invalid authorization token');
