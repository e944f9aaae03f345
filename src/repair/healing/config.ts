export type { HealingConfig } from '../../config/types.ts';
