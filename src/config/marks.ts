import { join } from 'node:path';
import type { Config } from './load.ts';

/** Where it is noted whose code runs: a start that finds a mark knows what the process has ended in. */
export const marksFolder = ({ dataDir }: Pick<Config, 'dataDir'>): string => join(dataDir, 'judging');

/** The file of contracts that is read. */
export const readingMark = 'reading';
/** Begins the names of the marks of steps, one for each. */
export const stepMark = 'step-';
