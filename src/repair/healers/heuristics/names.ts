/** What an abbreviation stands for, as tokens. */
const abbreviations: Readonly<Record<string, readonly string[]>> = {
  acct: ['account'],
  addr: ['address'],
  amnt: ['amount'],
  amt: ['amount'],
  ccy: ['currency'],
  curr: ['currency'],
  cust: ['customer'],
  desc: ['description'],
  descr: ['description'],
  mail: ['email'],
  msg: ['message'],
  nbr: ['number'],
  num: ['number'],
  qty: ['quantity'],
  quant: ['quantity'],
  ref: ['reference'],
  trx: ['transaction'],
  ts: ['timestamp'],
  tstamp: ['timestamp'],
  txn: ['transaction'],
  usr: ['user'],
};

/**
 * Words that say whose or where a field is, or that it is one, and not what it means. Whatever is not listed here may
 * change the meaning (`old_email`, `billing_email`, `amount_cents`, `net_amount`), so only these are passed over.
 */
const neutral = new Set([
  'attributes',
  'body',
  'client',
  'content',
  'customer',
  'data',
  'details',
  'event',
  'field',
  'fields',
  'info',
  'message',
  'object',
  'params',
  'payload',
  'properties',
  'record',
  'the',
  'user',
  'value',
]);

/** Neutral beside one word only: `email_address` is an e-mail, `currency_code` a currency. */
const neutralBeside: Readonly<Record<string, readonly string[]>> = {
  email: ['address'],
  currency: ['code', 'iso'],
  description: ['text'],
  timestamp: ['utc'],
};

/** Words too general to stand for a longer name: `id` is not `user_id`. */
const general = new Set([
  'id',
  'name',
  'type',
  'date',
  'time',
  'code',
  'number',
  'status',
  'value',
  'data',
  'key',
  'text',
]);

export interface NameEvidence {
  /** 0 (none) to 1 (the same name). */
  score: number;
  reason: string;
}

/** The words of a field name, folded: case, separators, diacritics, plural, common abbreviations. */
export function wordsOf(name: string): string[] {
  const words = name
    .normalize('NFD')
    .replace(/\p{Diacritic}/gu, '')
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replace(/([A-Z]+)([A-Z][a-z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== '');
  return joinSplitWords(words).flatMap((word) => abbreviations[word] ?? [singular(word)]);
}

/** `e-mail`, `eMail`, `e_mail` are one word. */
function joinSplitWords(words: readonly string[]): string[] {
  const joined: string[] = [];
  for (const word of words) {
    if (word === 'mail' && joined.at(-1) === 'e') joined[joined.length - 1] = 'email';
    else joined.push(word);
  }
  return joined;
}

function singular(word: string): string {
  if (word.length > 4 && word.endsWith('ies')) return `${word.slice(0, -3)}y`;
  if (word.length > 3 && word.endsWith('s') && !word.endsWith('ss') && !word.endsWith('us'))
    return word.slice(0, -1);
  return word;
}

/**
 * How well a field of the event names a field of the contract; both as the words of their whole paths. `entity` holds
 * the words of the contract's own name, which add no meaning.
 */
export function compareNames(
  source: readonly string[],
  target: readonly string[],
  entity: ReadonlySet<string>,
): NameEvidence {
  if (source.join(' ') === target.join(' ') || source.join('') === target.join(''))
    return { score: 1, reason: 'the same name' };
  const onlySource = source.filter((word) => !target.includes(word));
  const onlyTarget = target.filter((word) => !source.includes(word));
  const isNeutral = (word: string) =>
    neutral.has(word) ||
    entity.has(word) ||
    target.some((beside) => neutralBeside[beside]?.includes(word) === true);

  if (onlySource.length === 0 && onlyTarget.length === 0) return { score: 0.95, reason: 'the same words' };
  if (onlyTarget.length === 0 && onlySource.every(isNeutral))
    return { score: 0.9, reason: `the same name but for "${onlySource.join(' ')}"` };
  if (onlySource.length === 0 && onlyTarget.every(isNeutral) && source.some((word) => !general.has(word)))
    return { score: 0.85, reason: `the same name without "${onlyTarget.join(' ')}"` };
  if (onlySource.length === 1 && onlyTarget.length === 1 && isTypo(onlySource[0]!, onlyTarget[0]!))
    return { score: 0.8, reason: `"${onlySource[0]}" is "${onlyTarget[0]}" misspelt` };
  return { score: 0, reason: 'another name' };
}

/** One letter too many, too few or two swapped in a word of six or more; one letter wrong only in a long word. */
function isTypo(a: string, b: string): boolean {
  if (
    Math.min(a.length, b.length) < 5 ||
    Math.max(a.length, b.length) < 6 ||
    Math.abs(a.length - b.length) > 1
  )
    return false;
  let start = 0;
  while (start < a.length && a[start] === b[start]) start++;
  let endA = a.length;
  let endB = b.length;
  while (endA > start && endB > start && a[endA - 1] === b[endB - 1]) {
    endA--;
    endB--;
  }
  const restA = a.slice(start, endA);
  const restB = b.slice(start, endB);
  if (restA.length + restB.length === 1) return true;
  if (restA.length === 2 && restB.length === 2) return restA[0] === restB[1] && restA[1] === restB[0];
  return restA.length === 1 && restB.length === 1 && a.length >= 9;
}
