import { type Json, isObject, isContainer } from '../../../model/json.ts';
import type { Draft } from '../draft.ts';
import type { Pointer } from '../../../model/plan.ts';
import { child, isBelow, pointerOf, segmentsOf } from '../../../model/pointer.ts';
import { type Outcome, type Run, type Step, forEachElement, isOpen } from './run.ts';

type IsDeclared = (pointer: Pointer) => boolean;

export function compileMove(from: Pointer, to: Pointer, isDeclared: IsDeclared): Step {
  const vacate = compileVacate(from, isDeclared);
  const isTargetDeclared = isDeclared(to);
  const isMany = holdsStar(from);
  return forEachElement([from], [to], (run, paths) => {
    const { draft } = run;
    const [source, target] = [paths.from[0]!, paths.to[0]!];
    const value = draft.get(source);
    const present = draft.get(target);
    if (value === undefined)
      return present === undefined && !isMany ? `there is nothing at ${pointerOf(source)}` : undefined;

    if (isBelow(source, target)) {
      if (isTargetDeclared && !isOpen(run, to)) return `${pointerOf(target)} is valid as it is`;
      if (!isOnlyLeaf(present!, source.slice(target.length)))
        return `${pointerOf(target)} holds more than ${pointerOf(source)}`;
    } else if (isBelow(target, source)) {
      // The value is where it should be: this is a second time.
      if (present !== undefined) return undefined;
      if (!draft.delete(source)) return `${pointerOf(source)} is an element of an array`;
    } else {
      if (!isFree(run, to, present)) return `${pointerOf(target)} is there already`;
      const outcome = vacate(draft, source);
      if (outcome !== undefined) return outcome;
    }
    run.written.add(to);
    return draft.set(target, value) ? undefined : `${pointerOf(target)} can't be written`;
  });
}

/** What is there already stays, and the source does too, so that nothing is lost. */
export function compileCopy(from: Pointer, to: Pointer): Step {
  const isMany = holdsStar(from);
  return forEachElement([from], [to], (run, paths) => {
    const [source, target] = [paths.from[0]!, paths.to[0]!];
    const value = run.draft.get(source);
    const present = run.draft.get(target);
    if (!isFree(run, to, present)) return undefined;
    if (value === undefined || value === null)
      return isMany ? undefined : `there is nothing at ${pointerOf(source)}`;
    run.written.add(to);
    return run.draft.setCopy(target, value) ? undefined : `${pointerOf(target)} can't be written`;
  });
}

/** Some elements of an array may lack an optional field; of what is required, the contract will say so. */
const holdsStar = (pointer: Pointer): boolean => segmentsOf(pointer).includes('*');

/** Only an absent value, or a null that breaks the contract, may be written over. */
export function isFree({ invalid }: Run, target: Pointer, present: Json | undefined): boolean {
  return present === undefined || (present === null && invalid.has(target));
}

/** Takes a field away, and the containers that the contract does not know and that are empty now. */
export function compileVacate(
  from: Pointer,
  isDeclared: IsDeclared,
): (draft: Draft, path: readonly string[]) => Outcome {
  const pattern = segmentsOf(from);
  const isContainerDeclared = pattern.map((_, depth) => isDeclared(pointerOf(pattern.slice(0, depth))));
  return (draft, path) => {
    if (!draft.delete(path)) return `${pointerOf(path)} is an element of an array`;
    for (let depth = path.length - 1; depth > 0 && isContainerDeclared[depth] === false; depth--) {
      const container = path.slice(0, depth);
      const value = draft.get(container);
      if (!isObject(value) || Object.keys(value).length > 0 || !draft.delete(container)) break;
    }
    return undefined;
  };
}

/** Whether the containers down the path hold nothing beside it. */
function isOnlyLeaf(container: Json, path: readonly string[]): boolean {
  let at: Json | undefined = container;
  for (const segment of path) {
    if (!isContainer(at) || Object.keys(at).length !== 1) return false;
    at = child(at, segment);
    if (at === undefined) return false;
  }
  return true;
}
