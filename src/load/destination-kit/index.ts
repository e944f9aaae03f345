/** What destinations have in common, for those of other packages: `data-sentinel/destination-kit`. */
export { settleByHalves } from './by-halves.ts';
export { ownColumns } from '../../model/own-columns.ts';
export { encodeExactly } from './encode-exactly.ts';
export { type Refusal, exactRow } from './exact-row.ts';
export { inexactColumn } from './exact-values.ts';
export { type Entry, type Recorded, endedBefore, judgeLetters } from './judge.ts';
export { conflict, keyFields } from './key-fields.ts';
export { expectType, mergeTables } from './merge-tables.ts';
