import type { Json, JsonObject } from '../../../src/model/json.ts';
import type { Operation } from '../../../src/model/plan.ts';
import { segmentsOf } from '../../../src/model/pointer.ts';
import { isDeclared } from '../../../src/repair/plans/schema-paths.ts';
import { tryPlan } from '../../../src/repair/plans/trial.ts';
import { type DriftCase, byHand, failureOf } from '../cases.ts';
import { differ } from '../differ.ts';
import { fieldsOf } from '../fields.ts';
import { decoyFor } from '../mutations/twins.ts';
import { caseStyles, wordsOf } from '../names.ts';
import { edited, objectsAt, pointer, replaced, take, valuesAt } from '../paths.ts';
import type { Random } from '../random.ts';
import type { LifeEvent } from './event.ts';

/** A drifted event in which the known drift is no longer the whole truth. */
export function hostile(life: DriftCase, random: Random): LifeEvent | undefined {
  const { subject, original, drift } = life;
  const meant = subject.sibling(original, random);
  const sent = drift.apply(meant);
  const made = sent && random.pick([otherShape, gone, rival, decoy])(life, sent, meant, random);
  if (made === undefined) return undefined;
  const failure = failureOf(made.sent, subject, life.id);
  return failure === undefined ? undefined : made;
}

type Hostile = (
  life: DriftCase,
  sent: JsonObject,
  meant: JsonObject,
  random: Random,
) => LifeEvent | undefined;

const placeOf = (operation: Operation): string | undefined =>
  'path' in operation ? operation.path : typeof operation.from === 'string' ? operation.from : undefined;

/** Nothing is to be made of it: the contract needs the field, and the known inverse does not bring it back. */
function unrecoverable(
  what: string,
  { subject, drift, id }: DriftCase,
  sent: JsonObject | undefined,
  isNeeded: boolean,
): LifeEvent | undefined {
  const failure = sent === undefined || !isNeeded ? undefined : failureOf(sent, subject, id);
  if (sent === undefined || failure === undefined) return undefined;
  if (tryPlan(failure, { operations: drift.inverse }, byHand).ok) return undefined;
  return { what, sent, meant: sent, expected: 'refuse' };
}

/** Whether the contract refuses an event in which what the operation brings is left out, or null. */
function needs({ subject: { contract } }: DriftCase, operation: Operation, meant: JsonObject): boolean {
  const target = operation.op === 'move' ? operation.to : placeOf(operation);
  if (target === undefined) return false;
  const path = segmentsOf(target);
  // Of what is only an envelope, all that is in it goes.
  if (!isDeclared(contract.jsonSchema, path)) return true;
  const without = edited(meant, path, (parent, name) => take(parent, name) !== undefined);
  const empty = replaced(meant, path, () => null);
  return [without, empty].every((event) => event !== undefined && !contract.validate(event).ok);
}

/** The field is where the drift put it, with a value of another shape. */
const otherShape: Hostile = (life, sent, meant, random) => {
  const operation = random.pick(life.drift.inverse);
  const path = placeOf(operation);
  if (path === undefined) return undefined;
  const shaped = replaced(sent, segmentsOf(path), (value) => shapeFor(operation, value));
  return unrecoverable('another shape', life, shaped, needs(life, operation, meant));
};

function shapeFor(operation: Operation, value: Json): Json | undefined {
  if (operation.op === 'unwrap') return Array.isArray(value) ? [...value, ...value.map(differ)] : undefined;
  if (operation.op === 'parse') return typeof value === 'string' ? value.slice(0, -1) : undefined;
  if (operation.op === 'map') return 'something else';
  if (operation.op !== 'cast') return null;
  if (operation.to === 'integer' && typeof value === 'string') return `${value}.00`;
  if (operation.to === 'number' && typeof value === 'string') return `1,${value.padStart(3, '0')}`;
  return operation.to === 'datetime' || operation.to === 'date' ? 'tomorrow' : null;
}

const gone: Hostile = (life, sent, meant, random) => {
  const operation = random.pick(life.drift.inverse);
  const path = placeOf(operation);
  if (path === undefined) return undefined;
  const less = edited(sent, segmentsOf(path), (parent, name) => take(parent, name) !== undefined);
  return unrecoverable('gone', life, less, needs(life, operation, meant));
};

/** The one field that a drift moved: where it is now, and where the contract has it. */
function soleMove({ drift }: DriftCase): { from: string[]; to: string[] } | undefined {
  const [first, ...more] = drift.inverse;
  if (first?.op !== 'move' || more.length > 0) return undefined;
  const [from, to] = [segmentsOf(first.from), segmentsOf(first.to)];
  return from.includes('*') || to.includes('*') ? undefined : { from, to };
}

/** Beside the drifted field another that bears the contract's own words, with another value. */
const rival: Hostile = (life, sent, meant, random) => {
  const { subject } = life;
  const moved = soleMove(life);
  if (moved === undefined) return undefined;
  const { from, to } = moved;
  const name = to.at(-1)!;
  const words = wordsOf(name);
  const spelled = caseStyles[random.pick(['pascal', 'upperFlat', 'train', 'camel'] as const)](words);
  const holder = to.slice(0, -1);
  const [parent] = objectsAt(sent, holder);
  const [value] = valuesAt(meant, to);
  if (parent === undefined || value === undefined || value === null) return undefined;
  if (Object.hasOwn(parent, spelled) || isDeclared(subject.contract.jsonSchema, [...holder, spelled]))
    return undefined;
  const other = differ(value);
  const known = replaced(meant, to, () => other);
  const both = edited(sent, [...holder, spelled], (object) => {
    object[spelled] = other;
    return true;
  });
  if (known === undefined || both === undefined || !subject.contract.validate(known).ok) return undefined;
  if (JSON.stringify(other) === JSON.stringify(value)) return undefined;
  // The contract's own words beat any others; of two that bear them nobody can tell.
  const isEqual = wordsOf(from.at(-1)!).join() === words.join() || from.length !== to.length;
  return isEqual
    ? { what: 'an equal rival', sent: both, meant: known, expected: 'refuse' }
    : { what: 'a better rival', sent: both, meant: known, expected: 'either' };
};

/** In place of the drifted field one that only sounds like it. */
const decoy: Hostile = (life, sent, meant, random) => {
  const { subject } = life;
  const moved = soleMove(life);
  const fields = fieldsOf(meant, subject.contract);
  const field = moved && fields.find(({ path }) => pointer(path) === pointer(moved.to));
  if (moved === undefined || field === undefined) return undefined;
  const name = decoyFor(field, { subject, event: meant, fields, random });
  const holder = moved.from.slice(0, -1);
  if (isDeclared(subject.contract.jsonSchema, [...holder, name])) return undefined;
  const made = edited(sent, moved.from, (parent, last) => {
    const value = take(parent, last);
    if (value === undefined || value === null || Object.hasOwn(parent, name)) return false;
    parent[name] = differ(value);
    return true;
  });
  return unrecoverable('a decoy', life, made, field.required);
};
