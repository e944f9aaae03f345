import { type Json, type JsonObject, isContainer } from '../../model/json.ts';

/**
 * The shape of an event: its names, and where they hold an object, a list, null or a single value. Events of one shape have
 * the same object here, so that what depends on names alone is worked out once for each shape.
 */
export interface Shape {
  readonly kind: 'object' | 'list' | 'null' | 'value';
}

interface Node extends Shape {
  /** By the next name, then by the shape of what it holds; of a list, by the shape of an element alone. */
  readonly next: Map<string, Map<Shape, Node>>;
  /** The step that was taken last, which mostly is the next one, too: it saves the two look-ups. */
  last: { name: string; shape: Shape; node: Node } | undefined;
}

const nothing: Shape = { kind: 'null' };
const single: Shape = { kind: 'value' };
let count = 0;
let roots = newRoots();
/** A sender that makes up names could go on for ever: then all is worked out anew. */
const maxNodes = 20_000;

function newRoots(): { object: Node; list: Node } {
  return { object: newNode('object'), list: newNode('list') };
}

function newNode(kind: 'object' | 'list'): Node {
  count++;
  return { kind, next: new Map(), last: undefined };
}

let lastEvent: JsonObject | undefined;
let lastShape: Shape | undefined;

/** Undefined for an event that is nested too deep. */
export function shapeOf(event: JsonObject): Shape | undefined {
  if (event === lastEvent) return lastShape;
  if (count > maxNodes) {
    count = 0;
    roots = newRoots();
  }
  lastShape = shapeOfAny(event, maxDepth);
  lastEvent = event;
  return lastShape;
}

const maxDepth = 64;

function shapeOfAny(value: Json, depth: number): Shape | undefined {
  if (typeof value === 'string') return spellsObject(value) ? shapeOfText(value, depth) : single;
  if (value === null) return nothing;
  if (!isContainer(value)) return single;
  if (depth === 0) return undefined;
  return Array.isArray(value) ? shapeOfList(value, depth - 1) : shapeOfObject(value, depth - 1);
}

function shapeOfObject(object: JsonObject, depth: number): Node | undefined {
  let node = roots.object;
  for (const name in object) {
    const shape = shapeOfAny(object[name]!, depth);
    if (shape === undefined) return undefined;
    node = step(node, name, shape);
  }
  return node;
}

/** The shapes of its elements, and not how many there are of each; one alone may be unwrapped. */
function shapeOfList(list: readonly Json[], depth: number): Node | undefined {
  let node = list.length === 1 ? step(roots.list, 'one', single) : roots.list;
  let last: Shape | undefined;
  const seen = new Set<Shape>();
  for (const item of list) {
    const shape = shapeOfAny(item, depth);
    if (shape === undefined) return undefined;
    if (shape === last || seen.has(shape)) continue;
    last = shape;
    seen.add(shape);
    node = step(node, '', shape);
  }
  return node;
}

/** A text that may spell an object has names, too: a plan may parse it. */
function shapeOfText(text: string, depth: number): Shape | undefined {
  try {
    const shape = shapeOfAny(JSON.parse(text) as Json, depth);
    return shape === undefined ? undefined : step(roots.list, 'text', shape);
  } catch {
    return single;
  }
}

function step(node: Node, name: string, shape: Shape): Node {
  const { last } = node;
  if (last !== undefined && last.name === name && last.shape === shape) return last.node;
  let shapes = node.next.get(name);
  if (shapes === undefined) node.next.set(name, (shapes = new Map()));
  let next = shapes.get(shape);
  if (next === undefined) shapes.set(shape, (next = newNode(node.kind as 'object' | 'list')));
  node.last = { name, shape, node: next };
  return next;
}

function spellsObject(text: string): boolean {
  const first = text.charCodeAt(0);
  return first === 0x7b || (first <= 0x20 && /^\s*\{/.test(text));
}

/** So many shapes of one sender's events are remembered. */
const maxRemembered = 500;

/** Remembers what a function says of events of one shape; `says` must look at names alone. */
export function byShape<T, More extends unknown[]>(
  says: (event: JsonObject, ...more: More) => T,
): (event: JsonObject, ...more: More) => T {
  let known = new WeakMap<Shape, { answer: T }>();
  let remembered = 0;
  return (event, ...more) => {
    const shape = shapeOf(event);
    if (shape === undefined) return says(event, ...more);
    const before = known.get(shape);
    if (before !== undefined) return before.answer;
    const answer = says(event, ...more);
    if (++remembered > maxRemembered) {
      known = new WeakMap();
      remembered = 0;
    }
    known.set(shape, { answer });
    return answer;
  };
}
