import { group, positiveNumber } from './fields.ts';

const days = () => positiveNumber(3650, 'days');

/** How long what nobody needs for the flow is kept. */
export const retentionSettings = group({
  dead_letters_days: days().default(90).describe('settled dead letters; open ones stay'),
  audit_days: days().default(365).describe('who did what; at most 100,000 entries'),
  originals_days: days().default(365).describe('originals of repaired rows, and what changed repeats said'),
}).prefault({});
