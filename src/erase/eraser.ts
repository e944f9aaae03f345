import { setImmediate as nextTurn } from 'node:timers/promises';
import { createChanges } from '../dead-letter/changes.ts';
import type { ImportLine } from '../dead-letter/corrections/import-line.ts';
import { stagedForMs, stagedPrefix } from '../dead-letter/corrections/staged.ts';
import { deadLetterGroup } from '../dead-letter/index-key.ts';
import { jobPrefix } from '../dead-letter/jobs/store.ts';
import { removeCounted } from '../dead-letter/removal.ts';
import type { EngineState, StateStore, TopicStats } from '../engine/engine.ts';
import type { Destination, Table } from '../load/destination.ts';
import type { Json } from '../model/json.ts';
import type { LoadStage } from '../load/stage.ts';
import { type DeadLetter, isFollowUp } from '../model/dead-letter.ts';
import { isUuid } from '../model/uuid.ts';
import { type ErasedPart, eraseFrom, findIn } from './in-destination.ts';
import { type Where, isTextAbout } from './meant.ts';

/** A destination that can be asked now. */
export interface Reached {
  destination: Pick<Destination, 'erasing' | 'originals' | 'unreadable'>;
  loading: Pick<LoadStage, 'inTurn'>;
}

export interface EraserParts {
  state: EngineState;
  /** Of the contracts. */
  tables: () => readonly Table[];
  /** The main destination first; a further one is undefined while it is out of reach. */
  destinations: () => readonly { name: string; reached: Reached | undefined }[];
  stats: () => Promise<TopicStats[]>;
}

export interface Erasure {
  letters: number;
  /** Finished jobs whose filter named the value. */
  jobs: number;
  destinations: ({ name: string } & ErasedPart)[];
  /** Where more of it may be, for the receipt. */
  unreached: string[];
}

const slice = 200;

/**
 * Removes what the service keeps of the events that are meant: first what keeps them from coming back, in the destinations, then
 * the letters. Twice is as good as once, so what a crash cuts off is done by asking again.
 */
export async function erase(parts: EraserParts, where: Where, dryRun: boolean): Promise<Erasure> {
  const letters = await findLetters(parts.state, where);
  // A replayed letter's event ended otherwise, as did that of a letter about a step or a further destination.
  const barred = letters
    .filter((letter) => !isFollowUp(letter) && letter.status !== 'replayed' && isUuid(letter.id))
    .map(({ request_id: id }) => id);
  const unreached: string[] = [];
  const destinations: Erasure['destinations'] = [];
  for (const { name, reached } of parts.destinations()) {
    const erasing = reached?.destination.erasing;
    if (reached === undefined)
      unreached.push(`destination ${name}: it is out of reach; ask again when it is back`);
    else if (erasing === undefined)
      unreached.push(
        `destination ${name}: nothing is erased from this kind of destination here; use its own tools`,
      );
    else {
      const unreadable = (await reached.destination.unreadable?.()) ?? [];
      for (const table of unreadable)
        unreached.push(
          `table ${table} of destination ${name}: it can't be read (rights, row-level security or a lock); ask again when it can`,
        );
      const { erased, part } = await findIn(erasing, parts.tables(), where, new Set(unreadable));
      if (!dryRun) await eraseFrom(reached, { ...erased, barred });
      destinations.push({ name, ...part });
    }
  }
  if (!dryRun) {
    await forgetStaged(parts.state, where);
    await removeLetters(parts.state, letters);
  }
  unreached.push(...(await onTheWay(parts)));
  return {
    letters: letters.length,
    jobs: await forgetJobs(parts.state, where, dryRun),
    destinations,
    unreached,
  };
}

async function findLetters(state: StateStore, where: Where): Promise<DeadLetter[]> {
  const found: DeadLetter[] = [];
  const prefix = `${deadLetterGroup}/by-id/`;
  for (let after: string | undefined; ;) {
    const page = await state.list(prefix, { limit: slice, after });
    for (const { value } of page) {
      const letter = value as unknown as DeadLetter;
      const { raw, edited, repair } = letter;
      const texts = [raw, edited, repair?.original, repair?.result];
      if (texts.some((text) => text !== undefined && isTextAbout(text, where))) found.push(letter);
    }
    if (page.length < slice) return found;
    after = page.at(-1)!.key;
    await nextTurn();
  }
}

async function removeLetters(state: EngineState, letters: readonly DeadLetter[]): Promise<void> {
  const { get, remove } = createChanges(state);
  for (let from = 0; from < letters.length; from += slice) {
    const ids = letters.slice(from, from + slice).map(({ id }) => id);
    await removeCounted(state, ids, 'erased');
    // Those whose events have ended otherwise.
    await Promise.all(
      ids.map(async (id) => {
        for (let letter = await get(id); letter !== undefined; letter = await get(id)) await remove(letter);
      }),
    );
  }
}

/** Corrections that a person has imported, and that wait for their turn. */
async function forgetStaged(state: StateStore, where: Where): Promise<void> {
  for (let after: string | undefined; ;) {
    const [part] = await state.list(stagedPrefix, { limit: 1, after });
    if (part === undefined) return;
    after = part.key;
    const lines = part.value as unknown as ImportLine[];
    const kept = lines.filter(({ edited }) => !isTextAbout(edited, where));
    if (kept.length < lines.length)
      await state.put(part.key, kept as unknown as Json, { ttlMs: stagedForMs });
  }
}

/** A search's text stands in the job that it ordered. */
async function forgetJobs(state: StateStore, { text }: Where, dryRun: boolean): Promise<number> {
  const jobs = await state.list<{ filter?: { q?: string }; finished_at?: string }>(jobPrefix);
  const about = jobs.filter(
    ({ value }) => value.finished_at !== undefined && value.filter?.q?.includes(text) === true,
  );
  if (!dryRun && about.length > 0) await state.write(about.map(({ key }) => ({ delete: key })));
  return about.length;
}

/** What is in the queue can't be taken out of it; it ends as a row or a letter within moments. */
async function onTheWay({ stats }: EraserParts): Promise<string[]> {
  let events = 0;
  for (const { groups } of await stats()) for (const { pending } of groups) events += pending;
  return events === 0
    ? []
    : [
        `${events === 1 ? '1 message is on its' : `${events} messages are on their`} way in the queue, whatever it says; ask again when it is empty`,
      ];
}
