import type { JsonObject } from '../../../src/model/json.ts';
import type { DriftCase } from '../cases.ts';
import type { Drift } from '../drift.ts';
import { fieldsOf } from '../fields.ts';
import { mutations } from '../mutations.ts';
import { edited, overlaps, take } from '../paths.ts';
import type { Random } from '../random.ts';
import { type LifeEvent, drifted } from './event.ts';
import { hostile } from './hostile.ts';

type Later = (life: DriftCase, random: Random) => LifeEvent | undefined;

/** With the fields that have to be there only, half of the time: what a rule is learned from is often poor. */
export function firstEvent(life: DriftCase, random: Random): LifeEvent {
  const poor = random.chance(0.5) ? withoutOptional(life.original, life, () => true) : life.original;
  return (
    drifted('first', life, poor, life.drift) ?? {
      what: 'first',
      sent: life.mutated,
      meant: life.original,
      expected: 'repair',
    }
  );
}

/** The next event of a sender; `age` is how much of its life is over. Undefined where this draw can't happen to it. */
export function later(life: DriftCase, random: Random, age: number): LifeEvent | undefined {
  const kinds: readonly (readonly [number, Later])[] = [
    [6, same],
    [6, optional],
    [2, oldForm],
    [1, bothForms],
    [4, hostile],
    [age > 0.5 ? 4 : 0, second],
    [age > 0.7 ? 3 : 0, instead],
  ];
  let at = random.next() * kinds.reduce((sum, [weight]) => sum + weight, 0);
  const [, make] = kinds.find(([weight]) => (at -= weight) < 0) ?? kinds[0]!;
  return make(life, random);
}

const same: Later = (life, random) =>
  drifted('same', life, life.subject.sibling(life.original, random), life.drift);

/** Optional fields that come and go. */
const optional: Later = (life, random) => {
  const { subject, original, drift } = life;
  const event = random.chance(0.5) ? subject.event(random) : subject.sibling(original, random);
  const some = random.chance(0.6) ? withoutOptional(event, life, () => random.chance(0.5)) : event;
  return drifted('optional fields', life, some, drift);
};

/** Valid as it comes: a rule must leave it alone. */
const oldForm: Later = ({ subject, original }, random) => {
  const event = subject.sibling(original, random);
  return { what: 'the old form again', sent: event, meant: event, expected: 'repair' };
};

/** As senders do while they change: the new field beside the old one. The contract's own holds. */
const bothForms: Later = ({ subject, original, drift }, random) => {
  const event = subject.sibling(original, random);
  const other = drift.apply(random.chance(0.5) ? event : subject.sibling(original, random));
  if (other === undefined) return undefined;
  const sent = { ...other, ...event };
  return subject.contract.validate(sent).ok
    ? { what: 'both forms', sent, meant: sent, expected: 'repair' }
    : undefined;
};

function anotherDrift({ subject, original }: DriftCase, random: Random): Drift | undefined {
  const recoverable = mutations.filter(({ expected }) => expected === 'repair');
  const fields = fieldsOf(original, subject.contract);
  return random.pick(recoverable).draw({ subject, event: original, fields, random });
}

/** A second drift, of other fields, on top of the first. */
const second: Later = (life, random) => {
  const { drift, subject, original } = life;
  const other = anotherDrift(life, random);
  if (other === undefined) return undefined;
  if (other.touches.some((path) => drift.touches.some((mine) => overlaps(path, mine)))) return undefined;
  return drifted('a second drift', life, subject.sibling(original, random), {
    apply: (event) => {
      const once = drift.apply(event);
      return once === undefined ? undefined : other.apply(once);
    },
    inverse: [...other.inverse, ...drift.inverse],
  });
};

/** Another drift in place of the first. */
const instead: Later = (life, random) => {
  const other = anotherDrift(life, random);
  return other && drifted('another drift instead', life, life.subject.sibling(life.original, random), other);
};

function withoutOptional(event: JsonObject, { subject }: DriftCase, goes: () => boolean): JsonObject {
  let made = event;
  for (const { path, required } of fieldsOf(event, subject.contract)) {
    if (required || path.includes('*') || !goes()) continue;
    const less = edited(made, path, (parent, name) => take(parent, name) !== undefined);
    if (less !== undefined && subject.contract.validate(less).ok) made = less;
  }
  return made;
}
