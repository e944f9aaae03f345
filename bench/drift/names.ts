/** The lower-case words of a field name: `customerEmail`, `customer_email`, `Customer-Email` → customer, email. */
export function wordsOf(name: string): string[] {
  return name
    .replace(/([a-z\d])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .split(/[^a-z\d]+/)
    .filter((word) => word !== '');
}

const capital = (word: string): string => word.slice(0, 1).toUpperCase() + word.slice(1);
const initialisms = new Set(['id', 'url', 'sha', 'ssh', 'html', 'sku', 'api']);

/** How systems write the same words. */
export const caseStyles = {
  snake: (words: readonly string[]) => words.join('_'),
  camel: (words: readonly string[]) => words.map((word, at) => (at === 0 ? word : capital(word))).join(''),
  pascal: (words: readonly string[]) => words.map(capital).join(''),
  kebab: (words: readonly string[]) => words.join('-'),
  screaming: (words: readonly string[]) => words.join('_').toUpperCase(),
  flat: (words: readonly string[]) => words.join(''),
  title: (words: readonly string[]) => words.map(capital).join(' '),
  dotted: (words: readonly string[]) => words.join('.'),
  train: (words: readonly string[]) => words.map(capital).join('-'),
  capitalSnake: (words: readonly string[]) => words.map(capital).join('_'),
  upperFlat: (words: readonly string[]) => words.join('').toUpperCase(),
  /** `userID`, `avatarURL`: Go and .NET. */
  initialism: (words: readonly string[]) =>
    words
      .map((word, at) =>
        at > 0 && initialisms.has(word) ? word.toUpperCase() : at === 0 ? word : capital(word),
      )
      .join(''),
} as const;

export type CaseStyle = keyof typeof caseStyles;
export const caseStyleNames = Object.keys(caseStyles) as CaseStyle[];
/** The styles in which most JSON is written. */
export const commonStyles: readonly CaseStyle[] = [
  'snake',
  'snake',
  'snake',
  'camel',
  'camel',
  'pascal',
  'kebab',
];
