/** What an abbreviation stands for, in the words that it is read as. None is the verb that it comes from (`avail`, `attach`). */
export const abbreviations: ReadonlyMap<string, string> = new Map(
  [
    'account: acc acct accnt; address: addr adr; adjustment: adj; aggregate: agg; allocation: alloc; amount: amnt amt',
    'application: app appl; appointment: appt; approximate: approx; association: assoc; attribute: attr; average: avg',
    'balance: bal; birthday: bday; building: bldg; button: btn; calculated: calc; category: cat categ; check: chk',
    'code: cd; collection: coll; comment: cmt; conclusion: concl; configuration: cfg conf config; context: ctx',
    'coordinate: coord; corporation: corp; count: cnt; country: ctry; currency: ccy cur curr; customer: cust',
    'date: dt; date birth: dob; declaration: decl; default: dflt; delivery: deliv; department: dept; deployment: depl',
    'description: desc descr descrip; destination: dest; device: dev; difference: diff; distance: dist',
    'distribution: distrib; document: doc; duration: dur; email: mail; employee: emp; environment: env',
    'evaluation: eval; event: ev evt; exchange: exch; execution: exec; extension: ext; first name: fname; format: fmt',
    'frequency: freq; function: fct func; government: gov; group: grp; header: hdr; history: hist; hospital: hosp',
    'id: ident identifier; image: img; included: incl; individual: indiv; instruction: instr; invoice: invc',
    'item: itm; language: lang; last name: lname; latitude: lat; length: len; level: lvl; license: lic; limit: lim',
    'location: loc; longitude: lng lon; maintenance: maint; management: mgmt; manager: mgr; manufacturer: manuf mfr',
    'market: mkt; merchant: merch; message: msg; miscellaneous: misc; notification: notif; number: nbr nr num',
    'object: obj; option: opt; order: ord; organization: org organisation; original: orig; package: pkg',
    'password: pwd; payment: pmt pymt; percent: pct perc; permission: perm; person: pers; phone: phn tel telephone',
    'picture: pic; position: pos; postal code: postcode; preference: pref; previous: prev; price: prc; private: priv',
    'process: proc; product: prd prod; project: prj proj; property: prop; public: pub; pull request: pr; purchase: purch',
    'quantity: qnt qnty qty quant; query: qry; receipt: rcpt; received: rcv rcvd recv; reference: ref; report: rpt',
    'repository: repo; request: req; response: resp; schedule: sched; section: sect; segment: seg; sequence: seq sqn',
    'service: srv svc; session: sess; shipping: shpg; signature: sig; source: src; specification: spec; standard: std',
    'subject: subj; symbol: sym; system: sys; template: tmpl; temporary: tmp; text: txt; timestamp: ts tstamp',
    'timezone: tz; total: tot; transaction: tran trans trx txn; translation: transl; type: typ; university: univ',
    'updated: upd; user: usr; value: val; variable: var; vehicle: veh; version: ver vers; volume: vol',
    'warehouse: whse; weight: wgt wt; year: yr',
  ]
    .flatMap((line) => line.split('; '))
    .flatMap((entry) => {
      const [words, short] = entry.split(': ');
      return short!.split(' ').map((abbreviation) => [abbreviation, words!] as const);
    }),
);
