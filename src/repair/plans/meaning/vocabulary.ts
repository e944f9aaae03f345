/**
 * Small closed vocabularies of what changes the meaning of a value, each with what it is called. No list of synonyms: a
 * word that is missing here only means that nothing speaks against a mapping, and not that something speaks for it.
 */
type Group = readonly string[];

const words = (text: string): Group => text.split(' ');

/** Units of measure and of money, by what is one unit. A value in another unit is another number. */
export const units: ReadonlyMap<string, string> = new Map(
  [
    'cent cents penny pence minor centimes',
    'micros micro microunits',
    'millis ms msec milliseconds millisecond msecs',
    'us usec microseconds microsecond',
    'ns nanos nanoseconds nanosecond',
    'sec secs seconds second',
    'mins minutes minute',
    'hrs hours hour hr',
    'days day',
    'weeks week',
    'months month',
    'years year yrs yr',
    'kg kgs kilograms kilogram kilos kilo',
    'grams gram gr',
    'mg milligrams milligram',
    'lb lbs pounds pound',
    'oz ounces ounce',
    'km kilometers kilometres kilometer kilometre',
    'miles mile mi',
    'meters metres meter metre',
    'cm centimeters centimetres',
    'mm millimeters millimetres',
    'inch inches',
    'feet foot ft',
    'yards yard',
    'celsius centigrade',
    'fahrenheit',
    'kelvin',
    'percent percentage pct perc',
    'permille',
    'bps basispoints',
    'fraction ratio',
    'bits bit',
    'bytes byte',
    'kb kib kilobytes kilobyte',
    'mb mib megabytes megabyte',
    'gb gib gigabytes gigabyte',
    'tb tib terabytes',
    'kbps',
    'mbps',
    'kw kilowatt kilowatts',
    'mw',
    'kwh',
    'mwh',
    'watts watt',
    'volts volt',
    'liters litres liter litre',
    'ml milliliters millilitres',
    'gallons gallon',
    'dozen dozens',
    'thousands thousand',
    'millions million',
  ].flatMap((line) => words(line).map((word, _, group) => [word, group[0]!] as const)),
);

/** Units of one letter count at the end of a longer name only: `weight_g`. */
export const shortUnits: ReadonlyMap<string, string> = new Map([
  ['g', 'grams'],
  ['s', 'sec'],
  ['h', 'hrs'],
  ['m', 'meters'],
]);

/** Words that turn a statement round. */
export const negative: ReadonlySet<string> = new Set(
  words(
    'not no non never without neither nor disabled disable inactive deactivated suspended blocked banned deleted removed ' +
      'hidden closed expired cancelled canceled failed failure rejected declined denied refused revoked voided void ' +
      'excluded suppressed muted archived unsubscribed optout refunded refund chargeback disputed reversed returned lost ' +
      'missing absent broken invalid wrong off unpaid overdue unverified unconfirmed anonymous private locked draft bounced ' +
      'abandoned ended stopped paused error',
  ),
);

/** What stands before a word and makes it its opposite. */
export const negations: Group = words('un in im ir il non dis de not no anti mis');

/** Of each row, a name has one side or none; a name of another side means something else. */
export const axes: readonly { name: string; sides: readonly Group[] }[] = [
  {
    name: 'time of the value',
    sides: [
      words('old previous prev prior former before past original initial earlier stale superseded'),
      words('new next after upcoming future requested proposed planned pending'),
    ],
  },
  {
    name: 'party',
    sides: [words('billing bill billed invoice'), words('shipping ship shipped delivery deliver')],
  },
  {
    name: 'party',
    sides: [
      words('sender from source origin payer debtor caller author departure issuer giver lender landlord'),
      words(
        'recipient receiver to destination dest payee creditor beneficiary callee reader arrival borrower tenant',
      ),
    ],
  },
  {
    name: 'party',
    sides: [
      words('buyer customer client guest purchaser consumer user member patient passenger rider subscriber'),
      words(
        'seller merchant vendor supplier host agent operator admin staff employee worker manager recruiter rep driver courier doctor owner store',
      ),
    ],
  },
  { name: 'order', sides: [words('first given fore'), words('last family sur'), words('middle')] },
  {
    name: 'end of a span',
    sides: [
      words('start started begin began from since opening'),
      words('end ended finish finished until till stop closing'),
    ],
  },
  {
    name: 'bound',
    sides: [
      words('min minimum lowest floor least'),
      words('max maximum highest limit cap ceiling quota most'),
      words('avg average mean median'),
    ],
  },
  {
    name: 'direction',
    sides: [words('lat latitude'), words('lon lng long longitude'), words('altitude elevation')],
  },
  { name: 'direction', sides: [words('width'), words('height'), words('depth')] },
  {
    name: 'direction',
    sides: [words('incoming inbound credit in received'), words('outgoing outbound debit out sent')],
  },
  {
    name: 'happening',
    sides: [
      words('created inserted registered opened'),
      words('updated modified changed edited'),
      words('deleted removed cancelled canceled'),
      words('paid'),
      words('shipped'),
      words('delivered'),
      words('refunded'),
    ],
  },
  { name: 'level of money', sides: [words('net'), words('gross'), words('subtotal')] },
  { name: 'side of a price', sides: [words('bid'), words('ask')] },
];

/** As `axes`, of a field's own name alone: an object may well be called after another kind (`locale.country`). */
export const kinds: typeof axes = [
  {
    name: 'kind of money',
    sides: [words('price'), words('cost costs'), words('balance'), words('salary wage')],
  },
  { name: 'way to reach someone', sides: [words('phone telephone mobile'), words('fax'), words('email')] },
  { name: 'kind of code', sides: [words('country nation'), words('currency'), words('language locale')] },
];

/** Words that a mapping may not drop or add at all: with them a name means something else than without. */
export const particular: ReadonlyMap<string, string> = new Map(
  [
    'the time of the value: old previous prev prior former before past original initial superseded new next after upcoming future requested proposed planned',
    'the party: billing shipping sender recipient receiver payer payee seller merchant vendor supplier driver courier beneficiary debtor creditor',
    'a part of the money: tip tips gratuity tax taxes vat gst fee fees commission discount discounts surcharge refund refunded deposit penalty cashback rebate interest rounding',
    'the level of the money: net gross subtotal',
    'a bound or a mean: min minimum lowest max maximum highest limit cap quota avg average mean median',
    'the state of an account: balance debt',
    'what is only expected: estimated estimate expected forecast budget budgeted target planned projected',
  ].flatMap((line) => {
    const [meaning, list] = line.split(': ');
    return words(list!).map((word) => [word, meaning!] as const);
  }),
);

export const yes: ReadonlySet<string> = new Set(words('true t yes y 1 on ok si oui ja'));
export const no: ReadonlySet<string> = new Set(words('false f no n 0 off non nein'));
export const nothing: ReadonlySet<string> = new Set(['', 'null', 'none', 'nil', 'na', 'undefined', 'nan']);
