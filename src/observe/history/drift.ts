import type { Contract } from '../../contracts/contract.ts';
import { type JsonObject, type JsonType, jsonType } from '../../model/json.ts';
import type { Row } from '../../load/destination.ts';
import { pointerOf } from '../../model/pointer.ts';
import { undeclaredFields } from '../../validate/signature.ts';
import type { Verdict } from '../../validate/stage.ts';
import { type DriftField, maxFields, maxSources, mergeFields } from './drift-fields.ts';

/** Events looked at in a second, at most: drift shows in a few as well as in all. */
const perSecond = 200;
/** Of the valid events, every so many one is looked at for what nested objects hold. */
const validBetween = 64;
const maxPath = 256;

/** Collects fields that events have although their contract does not declare them: how a source's drift begins. */
export class DriftWatch {
  readonly #now: () => number;
  /** Fields that are stored, or were taken to be. */
  readonly #known = new Map<string, readonly DriftField[]>();
  /** Fields seen since then. */
  readonly #news = new Map<string, Map<string, DriftField>>();
  #pass = 0;
  #second = -1;
  #left = 0;

  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  #mayLook(at: number): boolean {
    const current = Math.floor(at / 1000);
    if (current !== this.#second) [this.#second, this.#left] = [current, perSecond];
    return this.#left-- > 0;
  }

  #seen(
    { contract, version, source }: { contract: string; version: string; source: string },
    path: string,
    type: JsonType,
    at: number,
  ): void {
    if (path.length > maxPath) return;
    let fields = this.#news.get(contract);
    if (fields === undefined) this.#news.set(contract, (fields = new Map()));
    const key = `${version}\n${path}`;
    const time = new Date(at).toISOString();
    let field = fields.get(key);
    if (field === undefined) {
      if (fields.size >= maxFields) fields.delete(rarest(fields));
      field = { version, path, types: [], count: 0, first_seen: time, last_seen: time, sources: [] };
      fields.set(key, field);
    }
    field.count++;
    field.last_seen = time;
    if (!field.types.includes(type)) field.types.push(type);
    if (!field.sources.includes(source) && field.sources.length < maxSources) field.sources.push(source);
  }

  #lookAt({ name, version, jsonSchema }: Contract, source: string, event: JsonObject, from: number): void {
    const at = this.#now();
    if (!this.#mayLook(at)) return;
    for (const { path, type } of undeclaredFields(event, jsonSchema)) {
      const depth = path.split('/').length - 1;
      if (depth >= from) this.#seen({ contract: name, version, source }, path, type, at);
    }
  }

  /** The hot path: every verdict. Looks at each event that was not valid as received, and at some of the others. */
  look(verdict: Verdict, event: JsonObject): void {
    if (verdict.kind === 'valid') {
      if (--this.#pass > 0) return;
      this.#pass = validBetween;
      // What it has at its top comes with its row.
      this.#lookAt(verdict.contract, verdict.source, event, 2);
    } else if (verdict.kind !== 'unknown') this.#lookAt(verdict.contract, verdict.source, event, 1);
  }

  /** The hot path: every row with undeclared fields at its top, of an event that was valid as received. */
  extra({
    contract,
    contractVersion: version,
    source,
    extra = {},
  }: Pick<Row, 'contract' | 'contractVersion' | 'source' | 'extra'>): void {
    const at = this.#now();
    if (!this.#mayLook(at)) return;
    for (const [name, value] of Object.entries(extra).slice(0, maxFields))
      this.#seen({ contract, version, source }, pointerOf([name]), jsonType(value), at);
  }

  fields(contract: string): DriftField[] {
    return mergeFields(this.#known.get(contract) ?? [], [
      ...(this.#news.get(contract)?.values() ?? []),
    ]).toSorted((a, b) => b.count - a.count || (a.path < b.path ? -1 : 1));
  }

  /** Replaces what was stored of a contract's fields. */
  recall(contract: string, fields: readonly DriftField[]): void {
    this.#known.set(contract, fields);
  }

  /** Fields that were seen since the last call, by contract. */
  takeNew(): Map<string, DriftField[]> {
    const taken = new Map([...this.#news].map(([contract, fields]) => [contract, [...fields.values()]]));
    this.#news.clear();
    for (const [contract, fields] of taken)
      this.#known.set(contract, mergeFields(this.#known.get(contract) ?? [], fields));
    return taken;
  }
}

/** A sender with random names must not push out the field that all others have. */
function rarest(fields: ReadonlyMap<string, DriftField>): string {
  let found: { key: string; field: DriftField } | undefined;
  for (const [key, field] of fields) {
    const isRarer =
      found === undefined ||
      field.count < found.field.count ||
      (field.count === found.field.count && field.last_seen < found.field.last_seen);
    if (isRarer) found = { key, field };
  }
  return found?.key ?? '';
}
