import type { DriftField } from '../../../../src/observe/history/drift-fields.ts';

export type { SourceInfo } from '../../../../src/observe/history/sources.ts';
export type { ContractInfo as Contract } from '../../../../src/observe/contract-info.ts';
export type { DriftField };

export interface ContractDrift {
  contract: string;
  /** True: fields are seen in a sample of the events. */
  sampled: boolean;
  fields: DriftField[];
  valid_share: number | null;
  /** Of the last 24 hours. */
  events: number;
  sources: { source: string; events: number; valid: number }[];
}
