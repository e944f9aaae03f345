export const wordSet = (text: string): ReadonlySet<string> => new Set(text.split(' '));

/** Parts of a name that are no nouns of their own, wherever they stand. */
export const particles: ReadonlySet<string> = new Set(['col', 'fld', 'of', 'str', 'the']);

/** What may follow a name to say that it is a field; before one, each of these is a noun (`text_color`, `value_date`). */
export const fieldMarks: ReadonlySet<string> = new Set(['field', 'str', 'string', 'text', 'value']);

/** What may follow a name where few values would fit: an `email_data` that is an e-mail address is the e-mail. */
export const looseMarks: ReadonlySet<string> = new Set(['data', 'info', 'raw']);

/** What is a value itself: an `amount_value` is an amount, while a `stock_value` is no stock. */
export const measures: ReadonlySet<string> = wordSet(
  'amount height length price score temperature total weight width',
);

/** Whose a personal field is. Of anything else it may say more: `user_currency` is not the currency of a payment. */
export const persons: ReadonlySet<string> = new Set(['client', 'customer', 'user']);
/** Contracts of these are about a person, whom senders call by any of the words above. */
export const people: ReadonlySet<string> = new Set([...persons, 'contact', 'member', 'person', 'subscriber']);
export const personal: ReadonlySet<string> = new Set(['email', 'phone']);

/**
 * What people do, and the papers of it: whoever is called its user or customer has done it. A closed list, since most words
 * that end alike are things (`listing`, `department`, `station`).
 */
const acts: ReadonlySet<string> = new Set(
  (
    'activation application appointment booking cancellation cart charge checkout contribution deposit donation download ' +
    'enrollment enrolment invoice login logout order payment purchase receipt redemption refund registration rental ' +
    'reservation response review ride sale session signup submission subscription transaction transfer trip upload visit ' +
    'vote withdrawal'
  ).split(' '),
);

/**
 * Whether a contract is about something that people do, so that `user_email` is its e-mail address. Of a person, an account
 * or a thing it may be that of somebody else: a lead's seller, an employee's recruiter. So of who reviews what
 * another has done: a `payment_review`.
 */
export const isOfAct = (own: readonly (readonly string[])[]): boolean =>
  own.some((words) => {
    const [act = '', ...before] = words.toReversed();
    return acts.has(act) && !(onAnother.has(act) && before.some((word) => acts.has(word)));
  });

const onAnother: ReadonlySet<string> = new Set(['response', 'review', 'transfer', 'vote']);

/** Of what happened, any of these only says that it has a time: `created_at`, `created_date`, `created`. */
export const moments: ReadonlySet<string> = new Set([
  'at',
  'on',
  'date',
  'datetime',
  'time',
  'timestamp',
  'utc',
]);
/** `created`, `shipped`, and the irregular ones. */
export const isParticiple = (word: string): boolean =>
  /[^e]ed$/.test(word) ? word.length > 4 : ['paid', 'sent', 'begun', 'sold', 'held', 'lost'].includes(word);

/** Words that repeat what their neighbour means: `email_address` is an e-mail, `currency_code` a currency. */
export const redundantBeside: ReadonlyMap<string, readonly string[]> = new Map([
  ['email', ['address']],
  ['phone', ['number']],
  ['currency', ['code', 'iso']],
  ['description', ['text']],
  ['timestamp', ['utc']],
  // A record has one time of its change: that of the last.
  ['updated', ['last']],
  ['modified', ['last']],
  // Of a place, that it is part of an address goes without saying.
  ['city', ['address']],
  ['street', ['address']],
  ['zip', ['code', 'address']],
  ['postal', ['address']],
]);

/** Words too general to be evidence alone: `id` is not `user_id`, and `message_id` is not `id`. */
export const general: ReadonlySet<string> = wordSet(
  'at code count data date first id key label last name number on state status text time title type url ' +
    'value version',
);

/** Names that fields of many things have: elsewhere than in its place, such a field is of something else. */
export const commonplace: ReadonlySet<string> = new Set([
  ...general,
  ...wordSet(
    'active body category color comment content created default deleted description enabled end format ' +
      'group hash index kind length level line link message method mode note option order owner parent path ' +
      'position private public rank reason reference result role size slug source start tag token unit ' +
      'updated uri user',
  ),
]);

/** Words that always change what a name means, however many names of an event begin with them. */
export const qualifiers: ReadonlySet<string> = wordSet(
  'actual alternate alternative average backup base billing cent child count current deprecated ' +
    'discount estimated expected external final foreign gross head home initial internal last legacy ' +
    'local max maximum min minimum minor ms net new next old original other parent percent previous ' +
    'primary raw recovery refund secondary shipping sub tax temporary test total unit usd work',
);
