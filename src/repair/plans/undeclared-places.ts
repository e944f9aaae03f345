import type { Contract } from '../../contracts/contract.ts';
import { isObject } from '../../model/json.ts';
import { pointerOf } from '../../model/pointer.ts';
import { type Candidate, wordsAt } from '../healers/heuristics/candidates.ts';
import { type OwnNames, isNeutral, ownNamesOf, places } from '../healers/heuristics/containers.ts';
import { declaredNames } from '../healers/heuristics/declared.ts';
import { nameEvidence } from '../healers/heuristics/evidence.ts';
import { enough } from '../healers/heuristics/likeness.ts';
import { wordsOf } from '../healers/heuristics/names.ts';
import type { Target } from '../healers/heuristics/target.ts';
import { listElementOf } from '../healers/heuristics/flat-lists.ts';
import type { Search } from '../healers/heuristics/search.ts';
import { createFitter } from '../healers/heuristics/values.ts';
import { isOfAct, persons } from '../healers/heuristics/words.ts';
import { type DeclaredFields, declaredFields } from './declared-fields.ts';
import type { DeclaredField } from './related-fields.ts';
import { isDeclared, schemasAt } from './schema-paths.ts';

/** A place in the events of a contract, and, where the contract does not declare it, which declared fields it may hold. */
export interface Place {
  readonly pointer: string;
  readonly isDeclared: boolean;
  /** Whether nothing below it is looked at: a dictionary, or a container in which no declared field can be meant. */
  readonly isClosed: boolean;
  /** The declared fields that the healers would take it for if they were missing, as far as its path alone tells. */
  readonly fields: readonly DeclaredField[];
  /** Those that it may be by a convention or as a field of an object: two fields with such a name tell something. */
  readonly loose: readonly DeclaredField[];
  /** Two that it may hold together. */
  readonly halves: readonly (readonly [DeclaredField, DeclaredField])[];
  /** Those of which it may be a half. */
  readonly wholes: readonly DeclaredField[];
  /** Whether it has to do with no declared field at all. */
  readonly isAlone: boolean;
  /** `*` for the elements of a declared list. */
  below(name: string): Place;
}

const roots = new WeakMap<Contract, Place>();

/** What the names of a contract tell of the places in its events; worked out once for each place. */
export function placesOf(contract: Contract): Place {
  let root = roots.get(contract);
  if (root === undefined) roots.set(contract, (root = placesIn(contract)));
  return root;
}

/** A sender that makes up names could go on for ever: then all is worked out anew. */
const maxPlaces = 10_000;
const maxNameLength = 128;
const maxDepth = 8;

function placesIn(contract: Contract): Place {
  const own = ownNamesOf(contract);
  let known: DeclaredFields | undefined;
  let count = 0;
  const declared = () => (known ??= declaredFields(contract, own));

  function placeAt(path: readonly string[], isKnown: boolean): Place {
    const below = new Map<string, Place>();
    return {
      pointer: pointerOf(path),
      ...(isKnown ? declaredPlace(contract, path) : undeclaredPlace(contract, path, declared(), own)),
      below(name) {
        let next = below.get(name);
        if (next !== undefined) return next;
        const at = [...path, name];
        next = placeAt(at, isKnown && isDeclared(contract.jsonSchema, at));
        if (++count > maxPlaces) roots.delete(contract);
        else if (name.length <= maxNameLength) below.set(name, next);
        return next;
      },
    };
  }
  return placeAt([], true);
}

type Reading = Omit<Place, 'pointer' | 'below'>;

const nothing = { fields: [], loose: [], halves: [], wholes: [], isAlone: true };

function declaredPlace({ jsonSchema }: Contract, path: readonly string[]): Reading {
  const isDictionary = schemasAt(jsonSchema, path).some(
    ({ additionalProperties: more, patternProperties }) =>
      isObject(patternProperties) || (isObject(more) && Object.keys(more).length > 0),
  );
  return { isDeclared: true, isClosed: isDictionary, ...nothing };
}

function undeclaredPlace(
  contract: Contract,
  path: readonly string[],
  declared: DeclaredFields,
  own: OwnNames,
): Reading {
  const candidate = candidateAt(contract, path, own);
  const alike = declared.alike(candidate);
  const search = alike.length === 0 ? undefined : searchIn(contract, own);
  const fields = alike.filter((target) => isNamed(search!, candidate, target));
  const { loose, halves, wholes } = declared.related(candidate);
  return {
    isDeclared: false,
    isClosed: path.length >= maxDepth || !mayHold(path.at(-1)!, own, declared.words),
    fields,
    loose,
    halves,
    wholes,
    isAlone: fields.length + loose.length + halves.length + wholes.length === 0,
  };
}

/** Whether the healers would take a field for another by its name, or it is called as a part of one that is a list. */
export const isNamed = (search: Search, candidate: Candidate, target: Target): boolean =>
  nameEvidence(search, candidate, target).score >= enough || listElementOf(search, candidate, target.path);

/** Whether fields in a container of this name may be fields of the contract. */
const mayHold = (name: string, own: OwnNames, declared: ReadonlySet<string>): boolean =>
  isNeutral(name, own) ||
  wordsOf(name).some(
    (word) => declared.has(word) || persons.has(word) || places.has(word) || word === 'parent',
  );

/** An undeclared field as if it were alone in the event. */
function candidateAt({ jsonSchema }: Contract, path: readonly string[], own: OwnNames): Candidate {
  const outermost = path.findIndex((_, at) => !isDeclared(jsonSchema, path.slice(0, at + 1))) + 1;
  const at = path.map((segment) => (segment === '*' ? '0' : segment));
  return {
    path: at,
    pointer: pointerOf(path),
    value: '',
    preparation: [],
    words: wordsAt(at, own),
    container:
      outermost === path.length
        ? undefined
        : { depth: path.length - 1, outermost, names: [path.at(-1)!], doubts: [] },
  };
}

function searchIn(contract: Contract, own: OwnNames): Search {
  const failure = { contract, source: '', event: {}, violations: [], signature: '' };
  return {
    failure,
    threshold: enough,
    candidates: [],
    declared: declaredNames(contract.jsonSchema),
    own,
    isOfAct: isOfAct(own),
    fitter: createFitter(failure),
  };
}
