import type { Json } from '../../../model/json.ts';
import { moments, wordSet } from './words.ts';

/**
 * What is done to a record that nobody is to count on any more. Closed, by this rule: a word is here when systems have a
 * column or an event for the removal of any record whatever (`deleted_at`, `is_void`, `order.purged`). The name of a state
 * that some record may well be in (`cancelled`, `expired`, `closed`, `rejected`) is not here: such a record is still one.
 */
const removals = [
  // from a store, or out of sight
  'delete remove erase purge destroy expunge discard scrap trash archive unpublish',
  // as if it had never been
  'void nullify annul invalidate rescind revoke retract withdraw rollback',
  // at the end of its life
  'terminate obsolete tombstone supersede',
].flatMap((line) => line.split(' '));
const irregular =
  'del|redact(?:ed|ion)?|destruction|revocation|nullification|withdrawn|annull(?:ed|ing|ment)|deletion|erasure|invalid|unlink(?:ed)?';

/** In any form of the word: deletes, deleted, deleting, deletion. */
export const takenAway = new RegExp(
  `^(?:(?:${removals.map((word) => word.replace(/e$|(?<=f)y$/, '')).join('|')})(?:e|es|ed|s|ing|ion|al|ure|y|ies|ied)?|${irregular})$`,
);

/** What may stand beside such a word in a name: that it is a flag, of what, when, by whom and why. */
export const beside: ReadonlySet<string> = new Set([
  ...moments,
  ...wordSet('is was has been flag record row item object by reason ts logically soft'),
]);

/** Fields in which a sender says what happened to a record, or how it stands; elsewhere such a word is a value. */
export const tellers: ReadonlySet<string> = wordSet(
  'action change crud event image kind method op operation state status topic type verb',
);

export const no: ReadonlySet<Json> = new Set<Json>([
  null,
  false,
  0,
  '',
  ...wordSet('0 false no n f off never none null'),
]);
