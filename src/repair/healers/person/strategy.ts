import type { Place } from './places.ts';
import type { Workbench } from './workbench.ts';

/** One way to explain a place that is not as the person left it: true when it brought the event nearer. */
export type Strategy = (bench: Workbench, place: Place, places: readonly Place[]) => boolean;
