import type { Random } from '../random.ts';

/** What can go wrong; resolves when it is over and what died has been started again. */
export interface Fault {
  name: string;
  /** Two faults of one victim are not made at once. */
  victim: string;
  happen(random: Random): Promise<void>;
}
