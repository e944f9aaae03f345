import { isDeepStrictEqual } from 'node:util';
import { type Json, type JsonObject, sameJson } from '../../../model/json.ts';
import type { Failure } from '../../healing/healer.ts';
import { cast } from '../../plans/cast.ts';
import { isZone } from '../../../model/time-zones.ts';
import { compilePlan } from '../../plans/interpreter.ts';
import { planLimits } from '../../plans/parse-plan.ts';
import { type CastType, type Operation, type Pointer, castTypes } from '../../../model/plan.ts';
import { pointerOf, segmentsOf, valueAt } from '../../../model/pointer.ts';
import { checkProvenance } from '../../plans/provenance.ts';
import { leavesOf } from '../../plans/provenance/differences.ts';
import { isDeclared, schemasAt, typesOf } from '../../plans/schema-paths.ts';
import { checkPlan } from '../../plans/static-check.ts';
import { invalidPaths } from '../../plans/trial.ts';
import { type Result, fail, ok } from '../../../model/result.ts';
import { type Place, differingPlaces } from './places.ts';
import { type Pairs, type Respelling, respell } from './respelling.ts';

/** An event with thousands of changed fields is not worth minutes of a thread; what is left is called by hand. */
const maxTries = 200;
const maxZones = 8;
const maxComparisons = 10_000;

/**
 * The event on its way from how it came to how the person left it. Whatever is put forward is done by the real
 * interpreter and proven by the real check, and stays only if nothing that was right becomes wrong.
 */
export class Workbench {
  readonly failure: Failure;
  readonly after: JsonObject;
  readonly operations: Operation[] = [];
  /** What could not be told, by place: the first thing to say is the most telling. */
  readonly doubts = new Map<Pointer, string>();
  #current: JsonObject;
  #wrong: Set<Pointer>;
  /** Where the event names a zone. */
  readonly #zones: readonly { path: readonly string[]; value: Json }[];
  #tries = 0;
  #comparisons = 0;
  readonly #wanted: { path: readonly string[]; value: Json; pointer: Pointer }[];

  constructor(failure: Failure, after: JsonObject) {
    this.failure = failure;
    this.after = after;
    this.#current = failure.event;
    this.#wanted = [...leavesOf(after)].map((leaf) => ({ ...leaf, pointer: pointerOf(leaf.path) }));
    this.#wrong = this.#wrongIn(failure.event);
    this.#zones = [...leavesOf(failure.event)]
      .filter(({ value }) => typeof value === 'string' && isZone(value))
      .slice(0, maxZones);
  }

  get current(): JsonObject {
    return this.#current;
  }

  /** JSON Pointers of the leaves that are not yet as the person left them. */
  get wrong(): ReadonlySet<Pointer> {
    return this.#wrong;
  }

  places(): Place[] {
    return differingPlaces(this.#current, this.after);
  }

  /** Does these operations too if that brings the event nearer; with `preparing`, if it does not lead away. */
  attempt(operations: readonly Operation[], options: { preparing?: boolean } = {}): boolean {
    if (++this.#tries > maxTries || this.operations.length + operations.length > planLimits.operations)
      return false;
    if (operations.some((operation) => this.operations.some((known) => sameOperation(known, operation))))
      return false;
    const made = applyTo(this.failure, [...this.operations, ...operations]);
    if (!made.ok || sameJson(made.value, this.#current)) return false;
    const wrong = this.#wrongIn(made.value);
    if ([...wrong].some((pointer) => !this.#wrong.has(pointer))) return false;
    if (options.preparing !== true && wrong.size === this.#wrong.size) return false;
    this.operations.push(...operations);
    this.#current = made.value;
    this.#wrong = wrong;
    return true;
  }

  /** Leaves out what turned out not to be needed. */
  prune(): void {
    for (let index = this.operations.length - 1; index >= 0; index--) {
      if (this.operations[index]!.op === 'remove') continue;
      const made = applyTo(this.failure, this.operations.toSpliced(index, 1));
      if (made.ok && sameJson(made.value, this.#current)) this.operations.splice(index, 1);
    }
  }

  /** How a value at some other place becomes what is wanted at this one, as far as the time goes. */
  respell(pairs: Pairs, { segments }: Place): Respelling {
    if (++this.#comparisons > maxComparisons) return { kind: 'none' };
    const found = respell(pairs, this.#castsFor(segments));
    return found.kind === 'none' ? this.#inZone(pairs, segments) : found;
  }

  /** A time without a zone that the person wrote as it is in the one zone that the event names. */
  #inZone(pairs: Pairs, segments: readonly string[]): Respelling {
    const isMoment = schemasAt(this.failure.contract.jsonSchema, segments).some(
      ({ format }) => format === 'date-time',
    );
    const [pair, ...others] = pairs;
    if (!isMoment || pair === undefined || others.length > 0 || segments.includes('*'))
      return { kind: 'none' };
    const [from, to] = pair;
    if (typeof from !== 'string' || typeof to !== 'string') return { kind: 'none' };
    const zones = this.#zones.filter(({ value }) => {
      const made = cast(from, 'datetime', undefined, value);
      return made.ok && sameJson(made.value, to);
    });
    const [only, ...more] = zones;
    return only === undefined || more.length > 0
      ? { kind: 'none' }
      : { kind: 'found', links: [{ op: 'cast', to: 'datetime', zone_from: pointerOf(only.path) }] };
  }

  /** Whether there was too much to look through. */
  get isExhausted(): boolean {
    return this.#tries > maxTries || this.#comparisons > maxComparisons;
  }

  doubt(place: Place, reason: string): void {
    if (!this.doubts.has(place.pointer)) this.doubts.set(place.pointer, reason);
  }

  /** Casts, those to the types that the contract gives the place first. */
  #castsFor(segments: readonly string[]): CastType[] {
    const schemas = schemasAt(this.failure.contract.jsonSchema, segments);
    const named = schemas.flatMap((schema) => [
      typeof schema['format'] === 'string' ? (byFormat.get(schema['format']) ?? '') : '',
      ...typesOf(schema),
    ]);
    return [...new Set([...castTypes.filter((type) => named.includes(type)), ...castTypes])];
  }

  isDeclared(segments: readonly string[]): boolean {
    return isDeclared(this.failure.contract.jsonSchema, segments);
  }

  #wrongIn(event: JsonObject): Set<Pointer> {
    return new Set(
      this.#wanted
        .filter(({ path, value }) => !sameJson(valueAt(event, path), value))
        .map(({ pointer }) => pointer),
    );
  }
}

const byFormat: ReadonlyMap<string, CastType> = new Map([
  ['date-time', 'datetime'],
  ['date', 'date'],
  ['uuid', 'uuid'],
]);

/** What the operations make of the failed event, with every check but that of the contract on the result. */
export function applyTo(failure: Failure, operations: readonly Operation[]): Result<JsonObject> {
  const { contract, event, violations } = failure;
  if (operations.length === 0) return ok(event);
  const plan = { operations: [...operations] };
  const forbidden = checkPlan(plan, contract);
  if (forbidden !== undefined) return fail(forbidden);
  const compiled = compilePlan(plan, {
    isDeclared: (pointer) => isDeclared(contract.jsonSchema, segmentsOf(pointer)),
  });
  const made = compiled.apply(event, invalidPaths(violations, event));
  if (!made.ok) return fail(made.error.reason);
  const doubt = checkProvenance(event, plan, made.value, contract);
  return doubt === undefined ? ok(made.value) : fail(doubt);
}

const sameOperation = (a: Operation, b: Operation): boolean => isDeepStrictEqual(a, b);
