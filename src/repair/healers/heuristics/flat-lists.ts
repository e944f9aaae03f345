import { pointerOf } from '../../../model/pointer.ts';
import type { Candidate } from './candidates.ts';
import { fieldsOf } from './declared.ts';
import { foldedName, wordsOf } from './names.ts';
import type { Search } from './search.ts';

/** `items[0][sku]`, `items.0.sku`, `items_0_sku`. */
const element = /^(?<list>[^[\]]*?\p{L})[[._]?\d+[\][._]{1,3}(?<field>\p{L}[^[\]]*)\]?$/u;

/** Whether an undeclared field is called as that of one element of a declared list, as forms and flattening tools do. */
export function listElementOf(
  { failure }: Pick<Search, 'failure'>,
  candidate: Candidate,
  list: readonly string[],
): boolean {
  const parts = element.exec(candidate.path.at(-1)!.slice(0, 128))?.groups;
  if (parts === undefined || pointerOf(candidate.path.slice(0, -1)) !== pointerOf(list.slice(0, -1)))
    return false;
  const reads = (name: string) => foldedName(wordsOf(name));
  return (
    reads(parts['list']!) === reads(list.at(-1)!) &&
    fieldsOf(failure.contract.jsonSchema, [...list, '*']).names.some(
      (name) => reads(name) === reads(parts['field']!),
    )
  );
}
