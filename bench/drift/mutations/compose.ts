import type { JsonObject } from '../../../src/model/json.ts';
import type { Draw, Drift, Mutation } from '../drift.ts';
import { overlaps } from '../paths.ts';
import { flattens } from './flatten.ts';
import { nests } from './nest.ts';
import { renames } from './rename.ts';
import { splitsAndMerges } from './split-merge.ts';
import { valueMutations } from './values.ts';
import { chooseField } from './relocate.ts';

const isRecoverable = ({ expected }: Mutation): boolean => expected === 'repair';
const synonyms = renames.filter(({ kind }) => kind === 'rename.synonym');
const structural = [...renames, ...nests, ...flattens].filter(isRecoverable);
const values = valueMutations.filter(isRecoverable);
const all = [...structural, ...splitsAndMerges, ...values];

/** One drift after the other; undone the other way round. */
function sequence(drifts: readonly Drift[]): Drift {
  return {
    style: drifts.map(({ style }) => style).join(' + '),
    touches: drifts.flatMap(({ touches }) => touches),
    apply: (event) => drifts.reduce<JsonObject | undefined>((at, drift) => at && drift.apply(at), event),
    inverse: drifts.toReversed().flatMap(({ inverse }) => inverse),
  };
}

/** Drifts of different fields, the first of these kinds. */
function apart(count: number, first: readonly Mutation[] = all): Draw {
  return (scene) => {
    const chosen: Drift[] = [];
    for (let attempt = 0; attempt < count * 6 && chosen.length < count; attempt++) {
      const drift = scene.random.pick(chosen.length === 0 ? first : all).draw(scene);
      const taken = chosen.flatMap(({ touches }) => touches);
      if (drift !== undefined && !drift.touches.some((path) => taken.some((other) => overlaps(path, other))))
        chosen.push(drift);
    }
    return chosen.length === count ? sequence(chosen) : undefined;
  };
}

/** One field that is written in another way and is also somewhere else: `amount: 12` → `Amount: "12"`. */
const sameField: Draw = (scene) => {
  const { random } = scene;
  for (let attempt = 0; attempt < 12; attempt++) {
    const field = chooseField(scene, undefined);
    if (field === undefined) return undefined;
    const value = random.pick(values).draw(scene, field);
    const place = value === undefined ? undefined : random.pick(structural).draw(scene, field);
    if (value !== undefined && place !== undefined) return sequence([value, place]);
  }
  return undefined;
};

export const compositions: Mutation[] = [
  { kind: 'compose.same_field', expected: 'repair', weight: 3, draw: sameField },
  { kind: 'compose.two', expected: 'repair', weight: 4, draw: apart(2) },
  { kind: 'compose.three', expected: 'repair', weight: 2, draw: apart(3) },
  // Half of it can be undone, and half a repair is none.
  { kind: 'compose.synonym', expected: 'either', weight: 2, draw: apart(2, synonyms) },
];
