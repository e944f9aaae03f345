import { isObject, type Json } from './json.ts';

interface Act {
  act: string;
  detail?: Json | undefined;
  counts?: Readonly<Record<string, number>> | undefined;
}

const done: Readonly<Record<string, string>> = {
  replay: 'Replayed a letter',
  replay_many: 'Ordered a replay of many letters',
  discard: 'Discarded a letter',
  discard_many: 'Ordered to discard many letters',
  correct_many: 'Ordered a correction of many letters',
  import_many: 'Imported corrected letters',
  job_cancel: 'Stopped a job',
  rule_approve: 'Approved a rule',
  rule_disable: 'Disabled a rule',
  rule_delete: 'Deleted a rule',
  rules_import: 'Imported rules',
  rollback: 'Ordered the rollback of a rule',
  pause: 'Paused a reader',
  resume: 'Resumed a reader',
  key_create: 'Made a key',
  key_revoke: 'Revoked a key',
  alerts_test: 'Sent test alerts',
  source_test: 'Sent a test event',
  erase: 'Erased a person',
  export: 'Exported a table',
  'delete export': 'Deleted an export',
  snapshot: 'Copied the database',
  backup: 'Made a backup',
  'delete backup': 'Deleted a backup',
  contract_added: 'A contract was added',
  contract_changed: 'A contract was changed',
  contract_removed: 'A contract was removed',
  source_added: 'A source was added',
  source_changed: "A source's settings were changed",
  source_removed: 'A source was removed',
};

const ended: Readonly<Record<string, string>> = {
  replay_many_end: 'Replay of many letters',
  discard_many_end: 'Discard of many letters',
  correct_many_end: 'Correction of many letters',
  import_many_end: 'Import of corrected letters',
};

/** `Replayed a letter`; of a job that ended, how, and of how many letters. */
export function actInWords({ act, detail, counts = {} }: Act): string {
  const job = ended[act];
  if (job !== undefined) {
    const state = isObject(detail) ? detail['state'] : undefined;
    const letters = (counts['done'] ?? 0) - (counts['failed'] ?? 0);
    return `${job}: ${typeof state === 'string' ? state : 'ended'} (${letters === 1 ? '1 letter' : `${letters} letters`})`;
  }
  if (act === 'rollback_end') {
    const taken = counts['taken'] ?? 0;
    return `Rolled back a rule: ${taken === 1 ? '1 row became a dead letter' : `${taken} rows became dead letters`}`;
  }
  if (act === 'alerts_test' && counts['items'] === 0) return 'Tried the alerts: there are no receivers';
  const more = counts['replaying'] ?? 0;
  if (act === 'replay' && more > 0) return `Replayed a letter and ${more} more of its group`;
  return done[act] ?? act.replaceAll('_', ' ');
}

/** `reason: spam; source website, signature 7097815f` */
export function detailInWords(detail: Json | undefined): string {
  if (!isObject(detail)) return '';
  return Object.entries(detail)
    .filter(([name]) => name !== 'state')
    .map(([name, value]) => (isObject(value) ? filterInWords(value) : `${name}: ${inWords(value)}`))
    .filter((text) => text !== '')
    .join('; ');
}

const filterInWords = (filter: object): string =>
  Object.entries(filter)
    .map(
      ([name, value]) =>
        `${name} ${name === 'signature' ? String(value).slice(0, 8) : inWords(value as Json)}`,
    )
    .join(', ');

const inWords = (value: Json): string => (typeof value === 'string' ? value : JSON.stringify(value));
