/** Symbols that take a prefix of the SI, in lower case. */
const bases =
  'w|wh|hz|pa|v|va|vah|var|varh|a|ah|j|n|nm|l|bar|g|m|s|mol|t|h|f|ohm|gy|sv|bq|ci|eq|osm|iu|ev|cal|k|cd|lm|lx|wb|kat|rem|wp';
const bytes = '[kmgtpe]?i?b(?:ps|its?|ytes?)?';

const symbol = new RegExp(`^(?:(?:[kmgtpnuµμcdh]|da)?(?:${bases})|${bytes}|cm|db|dbm)$`);

/**
 * Those of which the case of a letter tells another unit: m is a thousandth and M a million, b is a bit and B a byte, s a
 * second and S a siemens, p a billionth of a thousandth and P its inverse, nm are nanometres, newton metres and nautical miles.
 */
const tellingByCase = new RegExp(
  `^(?:m(?:${bases})|p(?:g|f|s|mol)|[unµμ]s|[kmgtpe]i?b|[kmgtpe]?i?bps|nm|cal|[bsgmtnka])$`,
);

/** Units that nobody writes with another prefix, so that no case of theirs is a choice: who measures in millihertz writes `mHz`. */
const customary: ReadonlyMap<string, string> = new Map(
  ['MHz', 'mL', 'mA', 'mAh', 'mmHg'].map((unit) => [unit.toLowerCase(), unit]),
);

/** Whether a text is a symbol of a unit, in whatever case: `kW`, `mmol/L`. */
export const isUnitSymbol = (text: string): boolean =>
  text.length <= 24 && partsOf(text).every((part) => symbol.test(part.toLowerCase()));

/** Whether a word is a symbol that is another unit in another case. */
export const isToldByCase = (word: string): boolean =>
  word.length <= 12 && tellingByCase.test(word.toLowerCase());

/** A symbol in its customary case, if its own says nothing: `mhz` and `MHZ` are MHz, `ML` are a million litres. */
export function customarySymbol(word: string): string {
  const usual = customary.get(word.toLowerCase());
  if (usual === undefined) return word;
  const isPlain = word === word.toLowerCase() || (word === word.toUpperCase() && /^[A-Z]/.test(usual));
  return isPlain ? usual : word;
}

/** Whether a name has in it an `m` that may be a thousandth: `mWOutput`, and not `volume_mL`. */
export const mayHoldMilli = (name: string): boolean => /m(?!L|Ah?(?![a-z])|mHg)[A-Z]/.test(name);

/**
 * Whether two texts that differ by the case of their letters only are two units, as `mW` and `MW`, or may be. A letter with a
 * digit (`m3`) is none.
 */
export function differInUnitCase(one: string, other: string): boolean {
  if (one === other || one.length > 24 || one.toLowerCase() !== other.toLowerCase()) return false;
  const [a, b] = [partsOf(one), partsOf(other)];
  return a.some(
    (part, at) => isToldByCase(part) && part !== b[at] && customarySymbol(part) !== customarySymbol(b[at]!),
  );
}

const partsOf = (text: string): string[] => text.split(/[^\p{L}\p{N}]+/u).filter((part) => part !== '');

const sayUnits: ReadonlySet<string> = new Set(['unit', 'units', 'uom', 'measure', 'measurement']);
const sayCodes: ReadonlySet<string> = new Set([
  'country',
  'currency',
  'state',
  'region',
  'language',
  'locale',
  'nation',
  'size',
  'sex',
  'gender',
]);

/** Whether what a contract lists for a field are units, by the field's words or by most of what is listed. */
export function areUnits(listed: readonly string[], field: readonly string[]): boolean {
  const words = field.map((word) => word.toLowerCase());
  if (words.some((word) => sayUnits.has(word))) return true;
  if (words.some((word) => sayCodes.has(word))) return false;
  const symbols = listed.filter(isUnitSymbol);
  return symbols.length * 2 >= listed.length && symbols.some((text) => partsOf(text).join('').length > 1);
}
