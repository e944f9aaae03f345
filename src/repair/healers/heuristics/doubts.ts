import { type JsonObject, isObject } from '../../../model/json.ts';
import { type OwnNames, isNeutral, isOwnName, neutral } from './containers.ts';
import { declaredNames } from './declared.ts';
import { type Saying, goneBy, goneByAnother } from './gone.ts';
import { foldedName, lettersOf, wordsOf } from './names.ts';
import { commonplace, wordSet } from './words.ts';

const image =
  /(^|_)(after|before|current|new|old|previous|prior)(_|$)|^(after|before|current|new|old|prev|previous)[A-Z]/;

/** What says of itself that it is not the record, but how that was. */
export const former =
  /^(previous|prev|prior|old|former)[_-]?(attributes|values?|data|state|record|object|fields)$/i;

/** Of what lies beside a container, so much is looked at. */
const maxBeside = 64;

/** What speaks against taking a field out of a container. */
export interface Doubt {
  reason: string;
  /** The container, when the doubt is which of several is meant: a target that is called after it says so. */
  among?: string;
  /** The only field that it is about; all by default. */
  field?: string;
}

/** The first doubt that the name of the target does not settle: `buyer.email` beside `seller.email` is the `buyer_email`. */
export function doubtFor(doubts: readonly Doubt[], target: readonly string[]): string | undefined {
  const words = target.flatMap(wordsOf);
  return doubts.find(
    ({ among, field }) =>
      (field === undefined || lettersOf(target.at(-1) ?? '') === field) &&
      (among === undefined || !isCalledAfter(words, among)),
  )?.reason;
}

function isCalledAfter(words: readonly string[], container: string): boolean {
  const telling = wordsOf(container).filter((word) => !neutral.has(word));
  return telling.length > 0 && telling.every((word) => words.includes(word));
}

/** The contract's own names, and whether a row shows what a field of such a name says. */
export interface DoubtContext {
  own: OwnNames;
  isShown: (name: string) => boolean;
}

export const doubtContext = (own: OwnNames, jsonSchema: JsonObject): DoubtContext => ({
  own,
  isShown: (name) => declaredNames(jsonSchema).endingIn(foldedName(wordsOf(name))).length > 0,
});

/**
 * What speaks against taking fields out of the containers of one object, whatever their names: that the record is being
 * deleted, that its other image is null, or that a container beside it has the same fields, so that one of them is another
 * state, or another party.
 */
export function doubtsWithin(
  around: JsonObject,
  isDeclared: (name: string) => boolean,
  { own, isShown }: DoubtContext,
  isRoot: boolean,
): (container: string, inside: JsonObject) => Doubt[] {
  let gone: Saying[] | undefined;
  let beside: { name: string; fields: string[] }[] | undefined;

  function look(): void {
    gone = [];
    beside = [];
    const said = goneBy(around, own, isDeclared);
    if (said !== undefined) gone.push(said);
    for (const [name, value] of Object.entries(around)) {
      if (isDeclared(name)) continue;
      if (value === null && (isNeutral(name, own) || image.test(name)))
        gone.push({ name, reason: `${name}, beside it, is null, so it may be gone` });
      if (isObject(value) && beside.length < maxBeside)
        beside.push({ name, fields: Object.keys(value).slice(0, maxBeside).map(lettersOf) });
    }
  }

  return (container, inside) => {
    if (gone === undefined || beside === undefined) look();
    const doubts: Doubt[] = [];
    if (Array.isArray(around[container]) && isNeutral(container, own)) {
      // What stands beside a list is about the list: the next time that holds two, and neither is the record.
      const other = Object.keys(around).find(
        (name) => name !== container && around[name] !== null && !isDeclared(name),
      );
      if (other !== undefined)
        doubts.push({
          reason: `${container} is a list with ${other} beside it, of which this may be one page: if each element is an event, set "events: /${container}/*" on the source`,
        });
    }
    const doubt = gone!.find(({ name }) => name !== container);
    if (doubt !== undefined) doubts.push({ reason: `of ${container}, ${doubt.reason}` });
    if (
      isRoot &&
      isMessage(container, own) &&
      isOnlyId(around, container, isDeclared) &&
      idsIn(inside).length === 0
    )
      doubts.push({
        reason: `the id beside ${container} may be that of the message, and not of what is in there`,
      });
    if (
      isRoot &&
      idsIn(inside).length > 0 &&
      beside!.some(({ name }) => name !== container && isMessage(name, own))
    )
      doubts.push({ reason: `the id in ${container} may be that of the message`, field: 'id' });
    const said =
      goneBy(inside, own, isShown) ??
      goneByAnother(inside, '', own, isShown) ??
      goneByAnother(around, container, own, isShown);
    if (said !== undefined) doubts.push({ reason: `of ${container}, ${said.reason}` });
    const fields = new Set(Object.keys(inside).map(lettersOf));
    const isCurrent = isNeutral(container, own);
    const twin = beside!.find(
      (other) =>
        other.name !== container &&
        !(isCurrent && former.test(other.name)) &&
        !(isOwnName(container, own) && isAnotherThing(other, fields, own)) &&
        haveSameFields(fields, other.fields),
    );
    if (twin !== undefined)
      doubts.push({
        reason: `${twin.name} has the same fields as ${container}, and one of them may be another state or party`,
        among: container,
      });
    return doubts;
  };
}

const idsIn = (object: JsonObject): string[] =>
  Object.keys(object).filter((name) => lettersOf(name) === 'id' && !isObject(object[name]!));

/** Whether of all that a record has only its id stands there, and what messages have as well, something at least: a type, a time. */
const isOnlyId = (around: JsonObject, container: string, isDeclared: (name: string) => boolean): boolean =>
  idsIn(around).some(isDeclared) &&
  Object.keys(around).some((name) => name !== container && lettersOf(name) !== 'id') &&
  Object.keys(around).every(
    (name) => !isDeclared(name) || wordsOf(name).every((word) => commonplace.has(word)),
  );

/** What a message holds, whose own id stands around it. Beside `attributes` or `details` the id is that of the record. */
const isMessage = (name: string, own: OwnNames): boolean => {
  const words = wordsOf(name);
  return !isOwnName(name, own) && words.length > 0 && words.every((word) => held.has(word));
};

const held: ReadonlySet<string> = wordSet('body data document event message object payload record resource');

/** Beside what is called as the contract, a thing of its own: it has an id, but not all that is in there. */
function isAnotherThing(
  { name, fields }: { name: string; fields: readonly string[] },
  others: ReadonlySet<string>,
  own: OwnNames,
): boolean {
  const shared = fields.filter((field) => others.has(field));
  return (
    shared.includes('id') &&
    shared.every((field) => ofAnything.has(field)) &&
    shared.length < others.size &&
    isThing(name, own)
  );
}

const ofAnything: ReadonlySet<string> = new Set(['id', 'uuid', 'name', 'type', 'url']);

/** Whether an object is called as something, and not as a state of the record or a mere container. */
export const isThing = (name: string, own: OwnNames): boolean =>
  !image.test(name) &&
  !former.test(name) &&
  !isNeutral(name, own) &&
  !wordsOf(name).some((word) => own.flat().includes(word));

function haveSameFields(names: ReadonlySet<string>, others: readonly string[]): boolean {
  const shared = others.filter((other) => names.has(other)).length;
  return shared > 0 && shared * 2 >= Math.min(names.size, others.length);
}
