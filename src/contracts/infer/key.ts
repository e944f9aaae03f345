import { escapeSegment } from '../../model/pointer.ts';
import type { Profile } from './profile.ts';

/** Names of fields that identify, the likeliest first. */
const names: readonly RegExp[] = [
  /^event_?id$/i,
  /^id$/i,
  /^_id$/,
  /^(?:uuid|guid|delivery_?id|message_?id|msg_?id|webhook_?id|notification_?id)$/i,
  /(?:_id|Id|ID|uuid|guid|_sid|Sid)$/,
  /^(?:number|.*_number|.*Number|reference|.*_ref(?:erence)?|pspReference)$/,
];
const maxDepth = 3;

interface Candidate {
  pointer: string;
  rank: number;
  depth: number;
}

/** JSON Pointer of the field that is in every event, never null, and never twice the same; undefined when there is none. */
export function keyOf(root: Profile): { pointer: string; values: number } | undefined {
  const candidates: Candidate[] = [];
  collect(root, '', 0, candidates);
  const [best] = candidates.toSorted((a, b) => a.depth - b.depth || a.rank - b.rank);
  return best === undefined ? undefined : { pointer: best.pointer, values: root.count };
}

function collect(profile: Profile, path: string, depth: number, into: Candidate[]): void {
  for (const [name, field] of profile.fields) {
    if (field.count !== profile.objects || field.nulls > 0) continue;
    const pointer = `${path}/${escapeSegment(name)}`;
    const rank = names.findIndex((form) => form.test(name));
    const scalars = field.texts + field.integers;
    if (rank >= 0 && scalars === field.count && field.distinct?.has('') === false)
      into.push({ pointer, rank, depth });
    if (field.objects === field.count && depth < maxDepth) collect(field, pointer, depth + 1, into);
  }
}
