import { subscribe } from 'node:diagnostics_channel';
import type { ClientRequest } from 'node:http';
import type { MOMENTS } from '../chance/fate.ts';

type Moment = (typeof MOMENTS)[number];

/** The HTTP exchanges of this process, with AWS and with providers alike. */
export interface Exchanges {
  /** So many are under way. */
  underWay(): number;
}

/**
 * Watches every exchange that this process makes.
 *
 * @param onMoment hears each moment of each exchange, by its number from 1, before anything else is done about it
 * @param onClose hears that one is over
 */
export const watchExchanges = (
  onMoment: (exchange: number, moment: Moment) => void,
  onClose: () => void,
): Exchanges => {
  const numbers = new WeakMap<ClientRequest, number>();
  let made = 0;
  let open = 0;
  subscribe('http.client.request.created', (message) => {
    const { request } = message as { readonly request: ClientRequest };
    const exchange = ++made;
    numbers.set(request, exchange);
    open += 1;
    request.once('close', () => {
      open -= 1;
      onClose();
    });
    request.once('finish', () => onMoment(exchange, 'under way'));
    onMoment(exchange, 'before');
  });
  subscribe('http.client.response.finish', (message) => {
    const { request } = message as { readonly request: ClientRequest };
    onMoment(numbers.get(request) ?? 0, 'answered');
  });
  return { underWay: () => open };
};
