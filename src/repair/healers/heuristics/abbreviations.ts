/**
 * What an abbreviation stands for, in the words that it is read as. None is the verb that it comes from (`avail`, `attach`), and none
 * is customary for two things: `proc` is a process and a procedure, `ext` an extension and external, `resp` a response and respiratory.
 */
export const abbreviations: ReadonlyMap<string, string> = new Map(
  [
    'account: acct accnt; address: addr adr; aggregate: agg; allocation: alloc; amount: amnt amt',
    'application: appl; appointment: appt; approximate: approx; association: assoc; attribute: attr; average: avg',
    'balance: bal; birthday: bday; building: bldg; button: btn; calculated: calc; category: cat categ; check: chk',
    'code: cd; comment: cmt; conclusion: concl; configuration: cfg config; context: ctx',
    'coordinate: coord; corporation: corp; count: cnt; country: ctry; currency: ccy; customer: cust',
    'date: dt; date birth: dob; declaration: decl; default: dflt; delivery: deliv; department: dept; deployment: depl',
    'description: desc descr descrip; destination: dest; difference: diff',
    'distribution: distrib; document: doc; duration: dur; email: mail; employee: emp; environment: env',
    'event: evt; exchange: exch; first name: fname; format: fmt',
    'frequency: freq; function: fct func; government: gov; group: grp; header: hdr; hospital: hosp',
    'id: ident identifier; image: img; included: incl; individual: indiv; invoice: invc',
    'item: itm; language: lang; last name: lname; latitude: lat; length: len; level: lvl; license: lic; limit: lim',
    'location: loc; longitude: lng lon; maintenance: maint; management: mgmt; manager: mgr; manufacturer: manuf mfr',
    'market: mkt; message: msg; miscellaneous: misc; notification: notif; number: nbr nr num',
    'object: obj; order: ord; organization: org organisation; package: pkg',
    'password: pwd; payment: pmt pymt; percent: pct perc; phone: phn tel telephone',
    'picture: pic; postal code: postcode; previous: prev; price: prc; private: priv',
    'product: prd prod; project: prj proj; property: prop; pull request: pr; purchase: purch',
    'quantity: qnt qnty qty quant; query: qry; receipt: rcpt; received: rcv rcvd recv; reference: ref; report: rpt',
    'repository: repo; schedule: sched; section: sect; segment: seg; sequence: seq sqn',
    'service: srv svc; session: sess; shipping: shpg; source: src',
    'subject: subj; symbol: sym; template: tmpl; text: txt; timestamp: ts tstamp',
    'timezone: tz; total: tot; transaction: trx txn; translation: transl; type: typ; university: univ',
    'updated: upd; user: usr; value: val; vehicle: veh; version: ver vers; volume: vol',
    'warehouse: whse; weight: wgt wt; year: yr',
  ]
    .flatMap((line) => line.split('; '))
    .flatMap((entry) => {
      const [words, short] = entry.split(': ');
      return short!.split(' ').map((abbreviation) => [abbreviation, words!] as const);
    }),
);

/** What is customary only where no word stands beside it: a `curr_rate` is the current one. */
export const abbreviationsAlone: ReadonlyMap<string, string> = new Map([
  ['cur', 'currency'],
  ['curr', 'currency'],
  ['long', 'longitude'],
]);

/** What is customary only beside another word: a `ttl_amount` is the total one, and a `ttl` a time to live. */
export const abbreviationsBeside: ReadonlyMap<string, string> = new Map([['ttl', 'total']]);
