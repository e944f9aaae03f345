import { setTimeout as sleep } from 'node:timers/promises';
import type { PostgresServer } from '../../helpers/postgres.ts';
import type { Network, Weather } from '../network.ts';
import { type Random, oneOf } from '../random.ts';
import type { Fault } from './fault.ts';

const lastsMs = 3000;

/** A network in trouble between the services and PostgreSQL. */
export const weathers = (network: Network): Fault[] =>
  (['slow', 'stuck', 'refused'] satisfies Weather[]).map((weather) => ({
    name: `the network to PostgreSQL is ${weather}`,
    victim: 'the network',
    async happen() {
      network.become(weather);
      await sleep(lastsMs);
      network.become('fair');
    },
  }));

/** What an administrator or a colleague does to a database that is in use, and takes back a while later. */
interface Meddling {
  name: string;
  act: (nonce: number) => string;
  undo?: (nonce: number) => string;
}

const inOne = (...statements: string[]): string => ['BEGIN', ...statements, 'COMMIT'].join('; ');

const meddlings: Meddling[] = [
  { name: 'ends every session', act: () => endSessions },
  {
    name: 'locks the table',
    act: () => inOne('LOCK TABLE transaction IN ACCESS EXCLUSIVE MODE', `SELECT pg_sleep(${lastsMs / 1000})`),
  },
  {
    name: 'makes the database read-only',
    act: () => `ALTER DATABASE postgres SET default_transaction_read_only = on; ${endSessions}`,
    undo: () =>
      `BEGIN READ WRITE; ALTER DATABASE postgres RESET default_transaction_read_only; COMMIT; ${endSessions}`,
  },
  {
    name: 'lets nobody else connect',
    act: () =>
      `ALTER ROLE postgres CONNECTION LIMIT 0; ALTER DATABASE postgres CONNECTION LIMIT 1; ${endSessions}`,
    undo: () => `ALTER ROLE postgres CONNECTION LIMIT -1; ALTER DATABASE postgres CONNECTION LIMIT -1`,
  },
  {
    name: 'turns the amount into text',
    act: () => 'ALTER TABLE transaction ALTER amount TYPE text USING amount::text',
    undo: () => 'ALTER TABLE transaction ALTER amount TYPE numeric(38,9) USING amount::numeric',
  },
  {
    name: 'puts a table of whole amounts in the place of the table',
    act: (nonce) =>
      inOne(
        `ALTER TABLE transaction RENAME TO transaction_${nonce}`,
        `CREATE TABLE transaction (LIKE transaction_${nonce} INCLUDING DEFAULTS)`,
        'ALTER TABLE transaction ALTER amount TYPE integer USING amount::integer',
      ),
    // Nothing that has a fraction may have been loaded meanwhile.
    undo: (nonce) =>
      inOne(
        `INSERT INTO transaction_${nonce} SELECT * FROM transaction`,
        'DROP TABLE transaction',
        `ALTER TABLE transaction_${nonce} RENAME TO transaction`,
      ),
  },
  {
    name: 'rebuilds the table without its indexes',
    act: (nonce) =>
      inOne(
        'LOCK TABLE transaction IN ACCESS EXCLUSIVE MODE',
        `CREATE TABLE copy_${nonce} AS SELECT * FROM transaction`,
        'DROP TABLE transaction',
        `ALTER TABLE copy_${nonce} RENAME TO transaction`,
      ),
  },
  {
    name: 'drops the unique indexes',
    act: () => `DO $$ DECLARE i text; BEGIN
      FOR i IN SELECT indexrelid::regclass::text FROM pg_index WHERE indrelid = 'transaction'::regclass AND indisunique
      LOOP EXECUTE 'DROP INDEX ' || i; END LOOP; END $$`,
  },
  {
    name: 'adds a column that has to be filled',
    act: () =>
      'ALTER TABLE transaction ADD COLUMN req int; ALTER TABLE transaction ADD CONSTRAINT filled CHECK (req IS NOT NULL) NOT VALID',
    undo: () => 'ALTER TABLE transaction DROP CONSTRAINT filled; ALTER TABLE transaction DROP COLUMN req',
  },
  {
    name: 'adds a column and drops it',
    act: () => 'ALTER TABLE transaction ADD COLUMN note text',
    undo: () => 'ALTER TABLE transaction DROP COLUMN note',
  },
  {
    name: 'renames a column',
    act: () => 'ALTER TABLE transaction RENAME COLUMN currency TO money',
    undo: () =>
      'ALTER TABLE transaction DROP COLUMN IF EXISTS currency; ALTER TABLE transaction RENAME COLUMN money TO currency',
  },
  {
    name: 'allows an email address once',
    act: (nonce) =>
      `CREATE UNIQUE INDEX own_${nonce} ON transaction (email) WHERE email = 'same@example.com' AND _received_at > '${new Date().toISOString()}'`,
    undo: (nonce) => `DROP INDEX IF EXISTS own_${nonce}`,
  },
  {
    name: 'rounds amounts by a trigger',
    act: () =>
      `CREATE OR REPLACE FUNCTION whole() RETURNS trigger LANGUAGE plpgsql AS
       'BEGIN NEW.amount := round(NEW.amount); RETURN NEW; END';
       CREATE TRIGGER whole BEFORE INSERT ON transaction FOR EACH ROW EXECUTE FUNCTION whole()`,
    undo: () => 'DROP TRIGGER IF EXISTS whole ON transaction',
  },
  {
    name: 'puts a view in the place of the table',
    act: (nonce) =>
      inOne(
        `ALTER TABLE transaction RENAME TO viewed_${nonce}`,
        `CREATE VIEW transaction AS TABLE viewed_${nonce}`,
      ),
    undo: (nonce) => inOne('DROP VIEW transaction', `ALTER TABLE viewed_${nonce} RENAME TO transaction`),
  },
  {
    name: 'makes a rule of the table',
    act: () => 'CREATE RULE nothing AS ON INSERT TO transaction DO INSTEAD NOTHING',
    undo: () => 'DROP RULE IF EXISTS nothing ON transaction',
  },
  {
    name: 'refuses some rows by a trigger',
    act: () =>
      `CREATE OR REPLACE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS
       'BEGIN IF NEW.email = ''same@example.com'' THEN RAISE EXCEPTION ''no''; END IF; RETURN NEW; END';
       CREATE TRIGGER refuse BEFORE INSERT ON transaction FOR EACH ROW EXECUTE FUNCTION refuse()`,
    undo: () => 'DROP TRIGGER IF EXISTS refuse ON transaction',
  },
];

const endSessions = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()`;

export function meddlingsOf(postgres: PostgresServer): Fault[] {
  let nonce = 0;
  return meddlings.map(({ name, act, undo }) => ({
    name: `a colleague ${name}`,
    victim: 'PostgreSQL',
    async happen(random: Random) {
      nonce++;
      const did = await postgres.run(act(nonce)).then(
        () => true,
        () => false, // the server is away, or somebody was in the way
      );
      if (!did || undo === undefined) return;
      await sleep(oneOf(random, [500, lastsMs]));
      await insist(postgres, undo(nonce));
    },
  }));
}

/** What was done has to be taken back, or nothing is loaded any more, and rightly so. */
async function insist(postgres: PostgresServer, sql: string): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await postgres.run(sql);
      return;
    } catch (error) {
      if (attempt === 20) throw new Error(`can't be taken back: ${sql}`, { cause: error });
      await sleep(300);
    }
  }
}
