import { setImmediate as nextTurn } from 'node:timers/promises';
import { Inference, type Inferred } from '../contracts/infer/index.ts';
import { type DeadLetterFilter, isFollowUp } from '../model/dead-letter.ts';
import { parseExact } from '../model/exact-json.ts';
import { isObject } from '../model/json.ts';
import { pagesOf } from './pages.ts';
import type { DeadLetterStore } from './store.ts';

const mostEvents = 2_000;
const mostCharacters = 32 * 2 ** 20;
const page = 50;

/** The contract that the events of open letters suggest; undefined when there are none. Other requests get their turn between. */
export async function inferContract(
  letters: Pick<DeadLetterStore, 'list'>,
  filter: Omit<DeadLetterFilter, 'status'>,
  name: string | undefined,
): Promise<Inferred | undefined> {
  const inference = new Inference();
  let source: string | undefined;
  let characters = 0;
  for await (const items of pagesOf(letters, { ...filter, status: 'open' }, page)) {
    for (const letter of items) {
      if (isFollowUp(letter) || inference.events >= mostEvents || characters > mostCharacters) continue;
      const event = parseExact(letter.raw);
      if (!isObject(event)) continue;
      source ??= letter.source;
      characters += letter.raw.length;
      inference.add(event);
    }
    if (inference.events >= mostEvents || characters > mostCharacters) break;
    await nextTurn();
  }
  if (inference.events === 0) return undefined;
  return inference.result({ name: contractName(name ?? source ?? '') });
}

/** What can be the name of a contract. */
function contractName(text: string): string {
  const name = text.replaceAll(/[^A-Za-z0-9_.-]+/g, '_').replace(/^[^A-Za-z]+/, '');
  return name === '' ? 'event' : name.slice(0, 100);
}
