import type { JsonObject } from '../model/json.ts';
import type { Plan } from '../model/plan.ts';
import type { Violation } from '../model/violation.ts';
import type { SlowPattern } from './patterns/slow-patterns.ts';

/** A destination-neutral column type; each destination spells it in its own SQL. */
export type ColumnType =
  | { kind: 'string' | 'integer' | 'number' | 'boolean' | 'datetime' | 'date' | 'uuid' | 'json' }
  | { kind: 'decimal'; precision: number; scale: number };

export interface Column {
  /** In the destination. */
  name: string;
  type: ColumnType;
  /** JSON Pointer of the field that it holds; the top-level field of its name when absent. */
  path?: string | undefined;
  /** The field's, from the schema. */
  description?: string | undefined;
  /** Each valid event has the field, and not null. */
  required?: boolean | undefined;
}

/** What becomes of an event whose key another event has: the first stays, the latest stays, or each is a row. */
export type OnRepeat = 'keep' | 'replace' | 'history';

/** What becomes of undeclared top-level fields: kept in `_extra`, a violation, or the event waits for a person. */
export type UndeclaredPolicy = 'keep' | 'reject' | 'quarantine';

/**
 * A field that the envelope fills when the event does not bring it. `request_id` and `received_at` are fixed
 * at ingest, so that a redelivered event is the same event.
 */
export interface EnvelopeDefault {
  field: string;
  from: 'request_id' | 'received_at' | 'source';
}

/** A plan in the language of repairs, checked. */
export interface Upgrade {
  /** `major.minor.patch` */
  from: string;
  plan: Plan;
}

export type Validation =
  | {
      ok: true;
      value: JsonObject;
      /** The fields of `value` that the event does not have, or has otherwise: coerced or filled in. */
      changed?: JsonObject | undefined;
    }
  | { ok: false; violations: Violation[] };

/** The violations of some fields of an event; undefined when it can't tell, as of very many violations. */
export type FieldCheck = (event: JsonObject) => Violation[] | undefined;

export interface OwnCode {
  /** Functions of its author: checks, transforms. */
  functions: boolean;
  slowPatterns: readonly SlowPattern[];
  /** What these functions are, each with the JSON Pointer of its field, to tell versions apart. */
  sources?: readonly { at: string; text: string }[];
}

/** The versioned schema of one kind of event, compiled once at start. */
export interface Contract {
  readonly name: string;
  /** `major.minor.patch` */
  readonly version: string;
  readonly description: string;
  /** Table in the destination; all versions of a contract share it. */
  readonly table: string;
  /** JSON Pointers of the fields that make two events the same event. */
  readonly key: readonly string[];
  /** Other names under which senders are known to deliver a field: JSON Pointer → field names. */
  readonly aliases: Readonly<Record<string, readonly string[]>>;
  /** Topic to which each valid event is also published, when some step subscribes to it. */
  readonly topic: string | undefined;
  /** JSON Schema (draft 2020-12) of what is accepted: for healers, docs and the console. */
  readonly jsonSchema: JsonObject;
  /** One typed column for each declared top-level field, and for each field that is mapped to a column. */
  readonly columns: readonly Column[];
  readonly onRepeat: OnRepeat;
  /** Column that says which of two events with one key is the later, for `replace`; the reception when undefined. */
  readonly orderBy: string | undefined;
  readonly undeclared: UndeclaredPolicy;
  /** JSON Pointers of fields that are masked wherever events are listed. */
  readonly pii: readonly string[];
  /** How events of an older version become events of this one; see upgrade.ts. */
  readonly upgrade?: Upgrade | undefined;
  /** Validation moves fields, so that no row can be made of the event's own text. */
  readonly rewrites?: boolean | undefined;
  /** The schema does not say what validation makes, or one of its alternatives: those fields have no columns. */
  readonly makesUnknown?: boolean | undefined;
  readonly envelopeDefaults: readonly EnvelopeDefault[];
  /** What may take any time at all and do anything: it is judged where it can be ended. Undefined where there is nothing of the kind. */
  readonly ownCode: OwnCode | undefined;
  /** Where it is asked in another thread: resolves when `validate` need not wait for that to start. */
  ready?(): Promise<void>;
  /** False when undeclared top-level fields are a violation. */
  readonly open: boolean;
  /**
   * Checks one event. The returned value holds the declared fields, losslessly coerced, and every undeclared
   * field unchanged. Does not change its argument. Collects all violations, not only the first.
   */
  validate(event: JsonObject): Validation;
  /**
   * A check of some top-level fields alone: finds the violations that `validate` finds in them. Undefined where a field's
   * violations may depend on other fields (conditions, alternatives or checks of the whole event).
   */
  checkFields(fields: readonly string[]): FieldCheck | undefined;
}
