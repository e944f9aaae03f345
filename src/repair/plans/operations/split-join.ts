import type { Pointer } from '../../../model/plan.ts';
import { isBelow, pointerOf } from '../../../model/pointer.ts';
import { isQuoted } from '../listing.ts';
import { type Json, isObject } from '../../../model/json.ts';
import { leafOf, plainWords } from '../meaning/words.ts';
import { holdsName, isFurtherNamePart, isNamePart, mayBeName } from './person-names.ts';
import { compileVacate, isFree } from './relocate.ts';
import { type Step, forEachElement } from './run.ts';

/** The parts of a text, or undefined when it is not of that form. */
export type Cut = (text: string) => string[] | undefined;

/**
 * `41,15` and `1.234.567` are one number to many, and `Lopez, Maria` is no `Maria Lopez`, nor has
 * `Mr Smith` a first name: such texts are not cut. `to`: the fields of the parts.
 */
export const partsBy =
  (separator: string, to: readonly Pointer[] = []): Cut =>
  (text) => {
    if ((separator === ',' || separator === '.') && oneNumber.test(text)) return undefined;
    const parts = text.split(separator);
    if (parts.some((part) => otherSeparator.test(part) || isQuoted(part))) return undefined;
    const names = parts.filter((_, at) => to[at] !== undefined && isNamePart(to[at]));
    if (!names.every(mayBeName)) return undefined;
    if (separator.trim() === '' && names.length > 1 && !holdsName(names)) return undefined;
    if (!suitPlaces(parts, to, separator)) return undefined;
    return separator.trim() === '' && !areAlike(parts) ? undefined : parts;
  };

const places = ['street', 'city', 'state', 'country'];
const placeOf = (field: Pointer): number => places.indexOf(plainWords(leafOf(field)).at(-1) ?? '');
const isPostalCode = (field: Pointer): boolean => /(?:zip|post(?:al)?)[^a-z]*(?:code)?$/i.test(leafOf(field));

/** A postal code has a digit, and a city has none; after a comma comes the larger place (`Berlin, Germany`). */
function suitPlaces(parts: readonly string[], to: readonly Pointer[], separator: string): boolean {
  if (parts.length !== to.length) return true;
  const isMixedUp = to.some((field, at) =>
    isPostalCode(field)
      ? !/\d/.test(parts[at]!)
      : placeOf(field) > 0 &&
        (/\d/.test(parts[at]!) || (to.some(isPostalCode) && /^[A-Z]{1,3}$/.test(parts[at]!))),
  );
  const named = to.map(placeOf);
  const isLargerFirst =
    separator.includes(',') &&
    named.every((place) => place !== -1) &&
    named.some((place, at) => place < (named[at - 1] ?? 0));
  return !isMixedUp && !isLargerFirst;
}

/** Words at a space: `Dr. Lopez` has no first name, and `LOPEZ Ana` has the last one first. */
function areAlike(parts: readonly string[]): boolean {
  const words = parts.filter((part) => /^\p{L}{2,}$/u.test(part));
  const shouted = words.filter((word) => word === word.toUpperCase() && word !== word.toLowerCase());
  return (
    !parts.some((part) => /^\p{L}{1,4}\.$/u.test(part)) &&
    (shouted.length === 0 || shouted.length === words.length)
  );
}

const oneNumber = /^\s*[+-]?(?:\d+[.,]\d+|\d{1,3}(?:[.,]\d{3})+)\s*$/;
const otherSeparator = /^\s*[,;:|]|[,;:|]\s*$/;

/** One text into as many parts as there are targets; one of the targets may be the source itself. */
export function compileSplit(
  from: Pointer,
  cut: Cut,
  to: readonly Pointer[],
  isDeclared: (pointer: Pointer) => boolean,
): Step {
  const vacate = compileVacate(from, isDeclared);
  const inPlace = to.indexOf(from);
  return forEachElement([from], to, (run, paths) => {
    const { draft } = run;
    const source = paths.from[0]!;
    const present = paths.to.map((path) => draft.get(path));
    const text = draft.get(source);
    const isDone = present.every(
      (value, index) => index === inPlace || (value !== undefined && value !== null),
    );
    if (isDone && (typeof text !== 'string' || inPlace !== -1)) return undefined;

    if (typeof text !== 'string') return `${pointerOf(source)} is not text`;
    const parts = cut(text);
    if (parts === undefined || parts.length !== to.length || parts.includes(''))
      return `${pointerOf(source)} does not have ${to.length} parts`;
    const taken = present.findIndex((value, index) => index !== inPlace && !isFree(run, to[index]!, value));
    if (taken !== -1) return `${pointerOf(paths.to[taken]!)} is there already`;
    if (inPlace === -1) {
      const outcome = paths.to.some((path) => isBelow(path, source))
        ? !draft.delete(source) && `${pointerOf(source)} is an element of an array`
        : vacate(draft, source);
      if (typeof outcome === 'string') return outcome;
    }
    for (const [index, path] of paths.to.entries()) {
      run.written.add(to[index]!);
      if (!draft.set(path, parts[index]!)) return `${pointerOf(path)} can't be written`;
    }
    return undefined;
  });
}

const hasText = (value: Json | undefined): boolean => typeof value === 'string' && value.trim() !== '';

/** Several texts into one; none of them may be empty, since nobody could tell the parts then. */
export function compileJoin(
  from: readonly Pointer[],
  separator: string,
  to: Pointer,
  isDeclared: (pointer: Pointer) => boolean,
): Step {
  const vacates = from.map((pointer) => compileVacate(pointer, isDeclared));
  const isName = from.some(isNamePart) && !from.some((pointer) => isFurtherNamePart(leafOf(pointer)));
  return forEachElement(from, [to], (run, paths) => {
    const { draft } = run;
    const target = paths.to[0]!;
    const parts = paths.from.map((path) => draft.get(path));
    const present = draft.get(target);
    if (parts.every((part) => part === undefined))
      return present === undefined ? `there is nothing at ${pointerOf(paths.from[0]!)}` : undefined;
    if (!isFree(run, to, present)) return `${pointerOf(target)} is there already`;
    const around = isName ? draft.get(paths.from[0]!.slice(0, -1)) : undefined;
    if (
      isObject(around) &&
      Object.keys(around).some((name) => isFurtherNamePart(name) && hasText(around[name]))
    )
      return 'another part of the name stands beside';
    const texts: string[] = [];
    for (const [index, part] of parts.entries()) {
      if (typeof part !== 'string' || part === '') return `${pointerOf(paths.from[index]!)} is not text`;
      texts.push(part);
    }
    for (const [index, path] of paths.from.entries()) {
      const outcome = vacates[index]!(draft, path);
      if (outcome !== undefined) return outcome;
    }
    run.written.add(to);
    return draft.set(target, texts.join(separator)) ? undefined : `${pointerOf(target)} can't be written`;
  });
}
