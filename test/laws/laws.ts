import type { Evidence } from './evidence.ts';
import { type Breach, judgedOf } from './judged.ts';
import { lies, rumours } from './lies.ts';
import { leftovers, losses, unheard } from './losses.ts';
import { strays, trespasses } from './trespasses.ts';

/** Every breach of a law in a run that is over; judged by what the providers recorded, not by what the functions say of themselves. */
export const breachesIn = (evidence: Evidence): readonly Breach[] => {
  const ofRequests = evidence.asked.flatMap((asked) => {
    const judged = judgedOf(evidence, asked);
    const found = [
      ...lies(evidence, judged),
      ...losses(evidence, judged),
      ...unheard(evidence, judged),
      ...trespasses(judged),
    ];
    return [...new Set(found)].map((says) => ({ of: asked.id, says }));
  });
  return [
    ...[...evidence.noted, ...rumours(evidence)].map((says) => ({ of: '', says })),
    ...ofRequests,
    ...leftovers(evidence),
    ...strays(evidence),
  ];
};
