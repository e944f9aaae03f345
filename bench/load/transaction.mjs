import { randomUUID } from 'node:crypto';

/** A transaction's text after its event id; about 250 bytes in all. */
export const restOfTransaction =
  '"timestamp":"2026-01-15T10:30:00Z","source":"bench","amount":99.99,"currency":"EUR",' +
  '"user_id":"5f0c1d0e-8a3b-4d7e-9c55-1f2e3d4c5b6a","email":"ada@example.com","description":"a book"}';

/** The same with `user_email` for `email`: what the heuristics repair once and a rule from then on. */
export const restOfDrifted = restOfTransaction.replace('"email"', '"user_email"');

/** The same as nobody can repair it. */
export const restOfHopeless = restOfTransaction.replace('"amount":99.99', '"amount":"a lot"');

export const transactionText = () => `{"event_id":"${randomUUID()}",${restOfTransaction}`;

export const driftedText = () => `{"event_id":"${randomUUID()}",${restOfDrifted}`;
export const hopelessText = () => `{"event_id":"${randomUUID()}",${restOfHopeless}`;
