import type { Tone } from './status.tsx';

export interface Line {
  label: string;
  tone: Tone;
  values: readonly (number | null)[];
  /** Drawn as a line over the stacked areas. */
  isOver?: boolean;
}
