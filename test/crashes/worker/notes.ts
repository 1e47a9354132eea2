import type { Note } from '../../../infra/local/lambda/worker-messages.ts';
import type { Fate } from '../chance/fate.ts';

/** What a doomed worker is told: what awaits it in this delivery, and whenever the run's clock (epoch milliseconds) moved. */
export type Told =
  | { readonly kind: 'begins'; readonly now: number; readonly fate: Fate }
  | { readonly kind: 'woken'; readonly now: number };

/** What it tells: that it waits for nothing but an instant, or that it hangs until its process is killed. */
export type Telling = { readonly kind: 'rests'; readonly until: number } | { readonly kind: 'hangs' };

export const isTelling = (note: Note): note is Telling => note.kind === 'rests' || note.kind === 'hangs';
