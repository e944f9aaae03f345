export type { Operation, Plan } from '../../../src/model/plan.ts';
export type * from './types/json.ts';
export * from './types/stats.ts';
export type * from './types/events.ts';
export type * from './types/dead-letters.ts';
export type * from './types/rules.ts';
export type * from './types/contracts.ts';
export type * from './types/flow.ts';
export type * from './types/engine.ts';
