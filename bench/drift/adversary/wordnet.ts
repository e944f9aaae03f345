import { readFileSync } from 'node:fs';
import { synonyms, wordSynonyms } from '../vocabulary/synonyms.ts';

/** How WordNet relates another word to one: what it is opposed to, made of, beside, under, above, or the same in one sense. */
export const relations = ['opposites', 'derived', 'sisters', 'narrower', 'broader', 'same'] as const;
export type Relation = (typeof relations)[number];

let table: ReadonlyMap<string, Readonly<Partial<Record<Relation, string[]>>>> | undefined;

/** Related words; empty when there are none. Not those that the bench itself takes for other names of the same thing. */
export function relatedTo(word: string, relation: Relation): string[] {
  table ??= read();
  const known = new Set(
    [...(synonyms[word] ?? []), ...(wordSynonyms[word] ?? [])].map((name) => name.toLowerCase()),
  );
  return (table.get(word)?.[relation] ?? []).filter((other) => !known.has(other));
}

/** One line for each word of the contracts: `price: derived pricing; broader value cost`. */
function read(): NonNullable<typeof table> {
  const text = readFileSync(new URL('./wordnet.txt', import.meta.url), 'utf8');
  return new Map(
    text
      .trimEnd()
      .split('\n')
      .map((line) => {
        const [word, related] = line.split(': ') as [string, string];
        const parts = related.split('; ').map((part) => part.split(' '));
        return [word, Object.fromEntries(parts.map(([relation, ...others]) => [relation, others]))];
      }),
  );
}
