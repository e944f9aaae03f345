import { deadLetterGroup, indexKey } from '../../../src/dead-letter/index-key.ts';
import type { DeadLetter } from '../../../src/model/dead-letter.ts';
import { idOf } from './events.ts';
import type { Stores } from './stores.ts';

export const letterOf = (stores: Stores, id: string): DeadLetter | undefined =>
  stores.read(`${deadLetterGroup}/by-id/${id}`) as DeadLetter | undefined;

/** What is wrong with how an event has ended; `isOver`: nothing more is due. */
export function wrongEnd(stores: Stores, n: number, isOver: boolean): string | undefined {
  const ends = endsOf(stores, idOf(n));
  if (isOver ? ends.length !== 1 : ends.length > 1)
    return `event ${n} ends as ${ends.length === 0 ? 'nothing' : ends.join(' and ')}`;
  const letter = letterOf(stores, idOf(n));
  if (isOver && letter !== undefined && !stores.state.has(indexKey(letter)))
    return `the letter of event ${n}, which is ${letter.status}, is not listed`;
  return undefined;
}

function endsOf(stores: Stores, id: string): string[] {
  const { destination } = stores;
  const letter = letterOf(stores, id);
  return [
    ...(destination.rows.has(id) ? ['row'] : []),
    ...(destination.entries.get(id)?.kind === 'duplicate' ? ['duplicate'] : []),
    ...(letter?.status === 'open' || letter?.status === 'discarded' ? [`${letter.status} letter`] : []),
  ];
}
