import { pointerOf } from '../../model/pointer.ts';
import { type Schema, defOf, isSchema } from './rewrite.ts';

/** What no JSON value is, and what to write instead. */
const remedies: Readonly<Record<string, string>> = {
  date: 'z.date() takes a JavaScript Date: use datetime(), date(), z.iso.datetime() or z.coerce.date()',
  map: 'z.map() takes a JavaScript Map: use z.record() for an object, or an array of pairs',
  set: 'z.set() takes a JavaScript Set: use z.array()',
  symbol: 'z.symbol() takes a symbol: use z.string() or z.literal()',
  function: 'z.function() takes a function: remove the field',
  promise: 'z.promise() takes a promise: use the schema within it',
  file: 'z.file() takes a File: use z.base64() for its bytes',
  nan: 'z.nan() takes NaN, which JSON has no name for: use z.number(), or z.null()',
};

/**
 * Where a schema asks for what no JSON can be, so that no event would ever be valid: the place and the remedy, of the first
 * one. Looks at what goes in: what a transform or a codec makes of it is another matter.
 */
export function notJson(schema: Schema): string | undefined {
  const seen = new Set<Schema>();
  const look = (part: Schema, path: readonly string[]): string | undefined => {
    if (seen.has(part)) return undefined;
    seen.add(part);
    const def = defOf(part);
    const place = path.length === 0 ? 'the schema' : pointerOf(path);
    if (waits(def))
      return `${place}: its check or transform is async, and an event is judged at once: look up what it needs beforehand, or in a step`;
    if (Object.hasOwn(remedies, def.type) && def['coerce'] !== true) return `${place}: ${remedies[def.type]}`;
    for (const [name, inner] of inputsOf(part)) {
      const found = look(inner, name === undefined ? path : [...path, name]);
      if (found !== undefined) return found;
    }
    return undefined;
  };
  return look(schema, []);
}

/** Functions that are written as async; one that only returns a promise is found out by its first event. */
function waits(def: ReturnType<typeof defOf>): boolean {
  const checks = (def.checks ?? []) as { _zod: { def: { fn?: unknown; tx?: unknown }; check?: unknown } }[];
  const functions = checks.flatMap(({ _zod }) => [_zod.def.fn, _zod.def.tx, _zod.check]);
  return [...functions, def['transform']].some(
    (code) => typeof code === 'function' && code.constructor.name === 'AsyncFunction',
  );
}

/** The parts that look at what was sent, each with the name of its field if it is one. */
function* inputsOf(schema: Schema): Generator<[name: string | undefined, part: Schema]> {
  const def = defOf(schema) as ReturnType<typeof defOf> & Record<string, Schema | undefined>;
  if (def.type === 'pipe') {
    if (def['out']?._zod.def.type === 'transform') yield [undefined, def['out']];
    // What comes out of a function can be anything.
    if (def['in']?._zod.def.type !== 'transform') yield [undefined, def['in']!];
    return;
  }
  for (const name of Object.keys(def.shape ?? {})) yield [name, def.shape![name]!];
  for (const part of [...(def.options ?? []), ...(def.items ?? [])]) yield [undefined, part];
  for (const name of ['innerType', 'catchall', 'left', 'right'])
    if (isSchema(def[name])) yield [undefined, def[name]];
  for (const name of ['element', 'rest', 'valueType']) if (isSchema(def[name])) yield ['*', def[name]];
  if (def.type === 'lazy') yield [undefined, def.getter!()];
}
