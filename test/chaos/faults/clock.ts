import { writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { oneOf } from '../random.ts';
import type { Fault } from './fault.ts';

const second = 1000;
const hour = 3600 * second;
const day = 24 * hour;
const jumpsMs = [-3 * second, 3 * second, -hour, hour, -day, 2 * day, 8 * day];
const stillMs = 3000;

/** The clock of one service (preload.mjs) jumps there and, a while later, back. */
export const clockJumps = (victim: string, file: string): Fault => ({
  name: `the clock of ${victim} jumps`,
  victim: `the clock of ${victim}`,
  async happen(random) {
    writeFileSync(file, String(oneOf(random, jumpsMs)));
    await sleep(stillMs);
    writeFileSync(file, '0');
  },
});
