import type { JsonObject } from './json.ts';

export interface Contract {
  name: string;
  version: string;
  description: string;
  table: string;
  key: string[];
  aliases: Record<string, string[]>;
  topic?: string;
  jsonSchema: JsonObject;
  columns: { name: string; type: { kind: string; precision?: number; scale?: number } }[];
}

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

export interface DriftField {
  version: string;
  path: string;
  types: string[];
  count: number;
  first_seen: string;
  last_seen: string;
  sources: string[];
}

/** Counts are of the last 24 hours. */
export interface SourceInfo {
  source: string;
  contracts: string[];
  valid: number;
  repaired: number;
  dead_letter: number;
  duplicate: number;
  healing: number;
  /** Per hour, oldest first. */
  trend: { valid: number; repaired: number; dead_letter: number }[];
  last_drift_at: string | null;
  last_seen_at: string | null;
}
