import type { ProviderSandbox } from '../cast.ts';
import { cast } from './cast.ts';
import { hands } from './hands.ts';
import { type RequestyOptions, type RequestySandbox, startRequesty } from './start-requesty.ts';

export const requesty: ProviderSandbox<RequestyOptions, RequestySandbox> = {
  title: 'Requesty',
  side: startRequesty,
  cast,
  hands,
};
