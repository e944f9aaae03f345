import type { SourceInfo } from '../../api/types.ts';
import type { Share } from '../../ui/sparkline.tsx';

type Counts = Pick<SourceInfo, 'valid' | 'repaired' | 'dead_letter'>;

export function sharesOf({ valid, repaired, dead_letter }: Counts): Share[] {
  return [
    { tone: 'loaded', label: 'Valid', value: valid },
    { tone: 'repaired', label: 'Repaired', value: repaired },
    { tone: 'dead_letter', label: 'Dead', value: dead_letter },
  ];
}

/** 0 to 1: how much of what a source sends is not as its contract says. */
export function unstableShare({ valid, repaired, dead_letter }: Counts): number {
  const total = valid + repaired + dead_letter;
  return total === 0 ? 0 : (repaired + dead_letter) / total;
}
