/** What an abbreviation stands for. */
export const abbreviations: ReadonlyMap<string, string> = new Map([
  ['acct', 'account'],
  ['addr', 'address'],
  ['amnt', 'amount'],
  ['amt', 'amount'],
  ['ccy', 'currency'],
  ['curr', 'currency'],
  ['cust', 'customer'],
  ['desc', 'description'],
  ['descr', 'description'],
  ['mail', 'email'],
  ['msg', 'message'],
  ['nbr', 'number'],
  ['num', 'number'],
  ['qty', 'quantity'],
  ['quant', 'quantity'],
  ['ref', 'reference'],
  ['trx', 'transaction'],
  ['ts', 'timestamp'],
  ['tstamp', 'timestamp'],
  ['txn', 'transaction'],
  ['usr', 'user'],
]);

/** Names of containers that only hold the event: what is in them is as if it were outside. */
export const wrappers: ReadonlySet<string> = new Set([
  'attribute',
  'body',
  'content',
  'data',
  'detail',
  'event',
  'field',
  'message',
  'object',
  'param',
  'payload',
  'property',
  'record',
]);

/**
 * Words in a name that only say that it is a field. Whatever is not listed here may change the meaning (`old_email`,
 * `billing_email`, `amount_cents`, `net_amount`), so only these are passed over.
 */
export const filler: ReadonlySet<string> = new Set(['data', 'field', 'info', 'payload', 'the', 'value']);

/** Whose a personal field is. Of anything else it may say more: `user_currency` is not the currency of a payment. */
export const persons: ReadonlySet<string> = new Set(['client', 'customer', 'user']);
export const personal: ReadonlySet<string> = new Set(['email', 'phone']);

/** Words that repeat what their neighbour means: `email_address` is an e-mail, `currency_code` a currency. */
export const redundantBeside: ReadonlyMap<string, readonly string[]> = new Map([
  ['email', ['address']],
  ['currency', ['code', 'iso']],
  ['description', ['text']],
  ['timestamp', ['utc']],
]);

/** Words too general to be evidence alone: `id` is not `user_id`, and `message_id` is not `id`. */
export const general: ReadonlySet<string> = new Set([
  'at',
  'code',
  'count',
  'data',
  'date',
  'first',
  'id',
  'key',
  'label',
  'last',
  'name',
  'number',
  'on',
  'state',
  'status',
  'text',
  'time',
  'title',
  'type',
  'url',
  'value',
  'version',
]);

/** Words that always change what a name means, however many names of an event begin with them. */
export const qualifiers: ReadonlySet<string> = new Set([
  'average',
  'avg',
  'backup',
  'billing',
  'cent',
  'count',
  'estimated',
  'gross',
  'max',
  'min',
  'minor',
  'ms',
  'net',
  'new',
  'old',
  'original',
  'other',
  'percent',
  'prev',
  'previous',
  'recovery',
  'refund',
  'secondary',
  'shipping',
  'sub',
  'tax',
  'total',
  'unit',
  'usd',
]);

/** Words that differ by one letter, as a misspelling does, and are both right. */
export const confusable: ReadonlySet<string> = new Set([
  'contact contract',
  'country county',
  'patent patient',
  'payer player',
]);
