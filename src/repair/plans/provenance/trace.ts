import { parseExact } from '../../../model/exact-json.ts';
import type { Contract } from '../../../contracts/contract.ts';
import type { Json } from '../../../model/json.ts';
import { cast } from '../cast.ts';
import type { Operation, Plan } from '../../../model/plan.ts';
import { matchPrefix, segmentsOf } from '../../../model/pointer.ts';
import { isDeclared, listedValues } from '../schema-paths.ts';
import { transformOf } from '../in-place.ts';
import { numberAndUnit } from '../listing.ts';
import { type Cut, partsBy } from '../operations/split-join.ts';
import type { Path } from './differences.ts';

/** An operation as the proof needs it: where a value may come from, where it may go, and what may become of it. */
export type TraceStep =
  | { kind: 'relocate'; from: Path; to: Path }
  | { kind: 'drop'; path: Path }
  | { kind: 'split'; from: Path; to: readonly Path[]; cut: Cut }
  | { kind: 'list'; path: Path; cut: Cut }
  | { kind: 'unlist'; path: Path; separator: string }
  | { kind: 'zoned'; path: Path; zone: Path; respell: (value: Json, zone: Json) => Json | undefined }
  | { kind: 'join'; from: readonly Path[]; to: Path; separator: string }
  | { kind: 'parse' | 'wrap' | 'unwrap'; path: Path }
  | { kind: 'respell'; path: Path; respell: (value: Json) => Json | undefined; keepsText: boolean };

export type Trace = readonly TraceStep[];

export function traceOf(plan: Plan, contract: Contract): Trace {
  return plan.operations.flatMap((operation) => stepOf(operation, contract) ?? []);
}

function stepOf(operation: Operation, { jsonSchema }: Contract): TraceStep | undefined {
  switch (operation.op) {
    case 'move':
    case 'copy':
      return { kind: 'relocate', from: segmentsOf(operation.from), to: segmentsOf(operation.to) };
    case 'remove': {
      const path = segmentsOf(operation.path);
      return isDeclared(jsonSchema, path) ? undefined : { kind: 'drop', path };
    }
    case 'split':
      return {
        kind: 'split',
        from: segmentsOf(operation.from),
        to: operation.to.map(segmentsOf),
        cut: partsBy(operation.separator, operation.to),
      };
    case 'split_unit':
      return {
        kind: 'split',
        from: segmentsOf(operation.from),
        to: [operation.number, operation.unit].map(segmentsOf),
        cut: numberAndUnit,
      };
    case 'list':
      // Whether a text is a list is the operation's to say; what its elements come from is the same either way.
      return {
        kind: 'list',
        path: segmentsOf(operation.path),
        cut: (text) => text.split(operation.separator),
      };
    case 'unlist':
      return { kind: 'unlist', path: segmentsOf(operation.path), separator: operation.separator };
    case 'join':
      return {
        kind: 'join',
        from: operation.from.map(segmentsOf),
        to: segmentsOf(operation.to),
        separator: operation.separator,
      };
    case 'parse':
    case 'wrap':
    case 'unwrap':
      return { kind: operation.op, path: segmentsOf(operation.path) };
    case 'cast': {
      const { to, format, zone_from: zone } = operation;
      const inZone = (value: Json, named: Json) => {
        const result = cast(value, to, format, named);
        return result.ok ? result.value : undefined;
      };
      if (zone !== undefined)
        return { kind: 'zoned', path: segmentsOf(operation.path), zone: segmentsOf(zone), respell: inZone };
      return respelling(operation.path, (value) => {
        const result = cast(value, to, format);
        return result.ok ? result.value : undefined;
      });
    }
    case 'map': {
      const listed = new Set(listedValues(jsonSchema, segmentsOf(operation.path)));
      const outputs = new Map(Object.entries(operation.values).filter(([, output]) => listed.has(output)));
      return respelling(operation.path, (value) =>
        typeof value === 'object' ? undefined : outputs.get(String(value)),
      );
    }
    default: {
      const transform = transformOf(operation);
      return respelling(
        operation.path,
        (value) => {
          const result = transform(value);
          return result.ok ? result.value : undefined;
        },
        true,
      );
    }
  }
}

function respelling(
  pointer: string,
  respell: (value: Json) => Json | undefined,
  keepsText = false,
): TraceStep {
  return { kind: 'respell', path: segmentsOf(pointer), respell, keepsText };
}

/** The indexes that the pattern's stars stand for when the path is exactly what it means. */
export function matchExactly(pattern: Path, path: Path): string[] | undefined {
  return pattern.length === path.length ? matchPrefix(pattern, path)?.indexes : undefined;
}

/**
 * Where an operation takes values from, and where it puts them. One that touches neither a path nor what is around it is
 * passed over: most operations of a long plan have nothing to do with most leaves.
 */
export function readsOf(step: TraceStep): readonly Path[] {
  if (step.kind === 'join') return step.from;
  return 'from' in step ? [step.from] : [step.path];
}

export function writesOf(step: TraceStep): readonly Path[] {
  if (step.kind === 'split') return step.to;
  return 'to' in step ? [step.to] : [step.path];
}

export function isAround(patterns: readonly Path[], path: Path): boolean {
  return patterns.some(
    (pattern) =>
      pattern.length <= path.length &&
      pattern.every((segment, at) => segment === '*' || segment === path[at]),
  );
}

/** What JSON text spells; null when it spells nothing: nothing can have come from parsing it. */
export function spelled(text: string): Json {
  if (last?.text !== text) last = { text, value: parsed(text) };
  return last.value;
}

/** Each leaf within a text asks for the same one. */
let last: { text: string; value: Json } | undefined;

function parsed(text: string): Json {
  try {
    return parseExact(text);
  } catch {
    return null;
  }
}

/** How much a proof may cost for one event; a plan that needs more is refused, since the ways multiply with each step. */
export const maxLookups = 20_000;
