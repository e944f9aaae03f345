import { foldedName, lettersOf, tokensOf, wordsOf } from './names.ts';
import { people, wordSet } from './words.ts';

/** The names of the contract itself, as words: `tax_rate` is ["tax", "rate"]. */
export type OwnNames = readonly (readonly string[])[];

/** The contract's name and its table's. */
export const ownNamesOf = ({ name, table }: { name: string; table: string }): OwnNames =>
  [...new Set([name, table])].map(wordsOf).filter((words) => words.length > 0);

/**
 * Names of containers that are known to mean nothing: what is in them is as if it were outside. Any other container may say
 * of what is in it that it is old, someone else's, or void, so these lists are closed: a name has to be one that several
 * systems put around a whole record, and must not be a sort of record itself (`metadata`, `context`: what is in there is
 * about the event, not of it).
 */
const neutralAnywhere: ReadonlySet<string> = wordSet(
  'argument blob data detail dto entity envelope info information json node object payload record value wrapper',
);

/** Those that are things of their own when something else has them: the `message` of an order, the `row` of a seat. */
const neutralOutside: ReadonlySet<string> = wordSet(
  'body content document entry event instance message model notification raw resource response result row webhook',
);

export const neutral: ReadonlySet<string> = new Set([...neutralAnywhere, ...neutralOutside]);

/** Before all fields such a word is the record; as a container it is one of those that the record has. */
export const isAnyThing = (word: string): boolean => neutral.has(word) || word === 'item';

/** Those that are things themselves when there is one of them: a `property`, a `field` of a farm. */
const neutralPlurals: ReadonlySet<string> = wordSet(
  'attributes attrs cols columns fields parameters params properties props traits values vals',
);

/** Objects that are called after what says where something is: only the fields in there say of it what it is. */
export const places: ReadonlySet<string> = wordSet(
  'address coordinate geo geolocation gps loc location place point position',
);

/** Objects that are called after what their fields are together, or collect what the record has, and say not whose or which it is. */
export const composites: ReadonlySet<string> = new Set([
  ...places,
  ...wordSet('dimension flag label measurement meta metadata option setting size vital'),
]);

/** Whether an object is called as the contract. */
export const isOwnName = (name: string, own: OwnNames): boolean =>
  own.some((names) => foldedName(names) === foldedName(wordsOf(name)));

/** Whether a container says nothing of what is in it: by its name, or since it bears the contract's own. `isWithinThing`: it is in one that says something. */
export function isNeutral(name: string, own: OwnNames, isWithinThing = false): boolean {
  // Who defined the fields says nothing of what is in them: `custom_fields`.
  if (neutralPlurals.has(lettersOf(name).replace(/^custom/, ''))) return true;
  const words = wordsOf(name);
  if (foldedName(words) === 'profile') return own.flat().some((word) => people.has(word));
  if (words.length === 0) return false;
  const beyondOwn = own.find((names) => foldedName(words.slice(0, names.length)) === foldedName(names));
  const known = isWithinThing ? neutralAnywhere : neutral;
  return words.slice(beyondOwn?.length ?? 0).every((word) => known.has(word));
}

/** What repeats nothing but the field's own words, `subscription_details.subscription`, says nothing either. */
export function isEcho(name: string, leaf: string): boolean {
  // Before a noun such a word is one itself: a `payload_weight` is no weight.
  const words = wordsOf(name);
  const telling = words.slice(0, words.findLastIndex((word) => !neutral.has(word)) + 1);
  const repeated = wordsOf(leaf);
  return telling.length > 0 && telling.every((word) => repeated.includes(word));
}

/** Around an echo: where the thing comes from (`parent`), or another form of its name (`pricing.price_details.price`). */
function leadsToEcho(name: string, leaf: string): boolean {
  const words = wordsOf(name);
  const repeated = wordsOf(leaf);
  return (
    foldedName(words) === 'parent' ||
    words.every((word) => repeated.some((other) => word.length > 4 && word.slice(0, 4) === other.slice(0, 4)))
  );
}

/** What is called as what is around it, `payer.payer_info`, adds nothing to that. */
function repeats(name: string, around: string | undefined): boolean {
  const words = wordsOf(name).filter((word) => !neutral.has(word));
  const known = around === undefined ? [] : wordsOf(around);
  return words.length > 0 && words.every((word) => known.includes(word));
}

/** How an object is called that holds one value and says of it only that it is one, or of which type. */
const valueWords: ReadonlySet<string> = wordSet(
  'value content text string str integer int long number double float decimal numeric boolean bool date datetime time timestamp ' +
    'uuid oid data item items list array elements entries nodes records results values',
);

/** `{value: 5}`, `{stringValue: "x"}`, `{"$numberDecimal": "4.5"}`, `{S: "x"}`, `{"#text": "x"}`, `{items: […]}`. */
export const isValueName = (name: string): boolean =>
  /^(?:\$|_|\$t|[SN]|BOOL)$/.test(name) ||
  (/[a-z]/i.test(name) && tokensOf(name).every((token) => valueWords.has(token.toLowerCase())));

const isIndex = (segment: string): boolean => /^(\d+|\*)$/.test(segment);

/** The segments of a path that say something of the field at its end: no indexes, no neutral containers, no echoes. */
export function telling(path: readonly string[], own: OwnNames): string[] {
  const leaf = path.at(-1)!;
  const kept: string[] = [];
  let isEchoed = false;
  const isPlain = (segment: string) => isIndex(segment) || isNeutral(segment, own);
  const around = path.slice(0, -1);
  const first = around.findIndex((segment) => !isPlain(segment));
  for (const [at, segment] of [...around.entries()].toReversed()) {
    const isNothing = first === -1 || at < first || isIndex(segment) || isNeutral(segment, own, true);
    if (isNothing || repeats(segment, path[at - 1])) continue;
    if (kept.length === 0 && isEcho(segment, leaf)) isEchoed = true;
    else if (!(kept.length === 0 && isEchoed && leadsToEcho(segment, leaf))) kept.push(segment);
  }
  return [...kept.toReversed(), ...(isIndex(leaf) ? [] : [leaf])];
}

/** The words of a path, without those that say nothing. */
export const wordsOfPath = (path: readonly string[], own: OwnNames): string[] =>
  telling(path, own).flatMap(wordsOf);
