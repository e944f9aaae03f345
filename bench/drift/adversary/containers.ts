import type { JsonObject } from '../../../src/model/json.ts';
import { isDeclared } from '../../../src/repair/plans/schema-paths.ts';
import { differ } from '../differ.ts';
import type { Draw, Drift, Mutation, Scene } from '../drift.ts';
import { another, chooseImitable } from '../mutations/twins.ts';
import { edited, pointer, putWithin, take } from '../paths.ts';
import { changeContainers, voidContainers } from './vocabulary.ts';

/** The field's own name, in an object that says that it does not count. */
const one: Draw = (scene, focus) => {
  const field = chooseImitable(scene, focus);
  if (field === undefined) return undefined;
  const container = scene.random.pick(voidContainers);
  const target = [...field.path.slice(0, -1), container];
  if (field.name === container || isDeclared(scene.subject.contract.jsonSchema, target)) return undefined;
  return {
    style: `${container}.${field.name}`,
    touches: [field.path, [...target, field.name]].map(pointer),
    apply: (event) =>
      edited(event, field.path, (parent, name) => {
        const value = take(parent, name);
        const other = value === undefined || value === null ? undefined : another(value);
        return other !== undefined && putWithin(parent, [container, name], other);
      }),
    inverse: [],
  };
};

const isFree = ({ subject }: Scene, names: readonly string[]): boolean =>
  !names.some((name) => isDeclared(subject.contract.jsonSchema, [name]));

function whole(style: string, apply: (event: JsonObject) => JsonObject): Drift {
  return { style, touches: [''], apply: (event) => apply(structuredClone(event)), inverse: [] };
}

/** All of it, in such an object. */
const all: Draw = (scene, focus) => {
  const container = scene.random.pick(voidContainers);
  if (focus !== undefined || !isFree(scene, [container])) return undefined;
  return whole(`all in ${container}`, (event) => ({ [container]: event }));
};

/** Twice, as it was and as it is; which of them a table of such events wants, the event does not say. */
const twice: Draw = (scene, focus) => {
  const [was, is] = scene.random.pick(changeContainers);
  if (focus !== undefined || !isFree(scene, [was, is])) return undefined;
  return whole(`all in ${was} and ${is}`, (event) => ({ [was]: differ(event), [is]: event }));
};

/** Gone, as feeds of changes say it. */
const removed: Draw = (scene, focus) => {
  const { random } = scene;
  const [was, is] = random.pick(changeContainers);
  const [name, word] = random.pick([
    ['op', 'd'],
    ['op', 'delete'],
    ['type', 'DELETED'],
    ['action', 'removed'],
    ['eventName', 'REMOVE'],
    ['operation', 'DELETE'],
  ] as const);
  if (focus !== undefined || !isFree(scene, [was, is, name])) return undefined;
  const isBare = random.chance(0.3);
  return whole(`${name} ${word}, all in ${isBare ? 'data' : was}`, (event) =>
    isBare ? { [name]: word, data: event } : { [name]: word, [was]: event, [is]: null },
  );
};

const of = (kind: string, weight: number, draw: Draw): Mutation => ({
  kind,
  expected: 'refuse',
  weight,
  draw,
});

export const containerDecoys: Mutation[] = [
  of('container.one', 6, one),
  of('container.all', 4, all),
  of('container.twice', 3, twice),
  of('container.deleted', 3, removed),
];
