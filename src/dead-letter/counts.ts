import type { StateStore } from '../engine/engine.ts';
import { type DeadLetterGroup, type DeadLetterStatus, deadLetterStatuses } from '../model/dead-letter.ts';
import { type GroupTally, groupTally } from './group-tally.ts';
import { type IndexValue, idOf, indexKey, indexPrefix, readIndexKey, receivedAtOf } from './index-key.ts';
import type { DeadLetterStore } from './store.ts';

/**
 * The dead letters counted by status and, the open ones, by signature; kept current by watching the index, so that
 * the console and `/stats` can ask every second without a scan.
 */
export interface DeadLetterCounts {
  count(status: DeadLetterStatus): number;
  /** Of the open ones; largest group first. `next` is the cursor of the following page. */
  groups(filter: GroupFilter, page: { limit: number; cursor?: string }): Promise<GroupPage>;
  /** The newest letters of these statuses that were received before `before`, newest first, at most `limit`. */
  newest(filter: NewestFilter, limit: number): LetterPlace[];
  close(): void;
}

export interface GroupFilter {
  contract?: string;
  source?: string;
}

export interface GroupPage {
  items: DeadLetterGroup[];
  next: string | undefined;
  /** Groups that match, and the letters in them. */
  total: number;
  letters: number;
}

/** Times in milliseconds since 1970. */
export interface NewestFilter extends GroupFilter {
  statuses: readonly DeadLetterStatus[];
  from?: number;
  to?: number;
  /** Only what comes after this place in the order newest first. */
  before?: LetterPlace;
}

export interface LetterPlace {
  id: string;
  receivedAt: number;
}

interface Group {
  key: string;
  status: DeadLetterStatus;
  contract: string;
  source: string;
  signature: string;
  tally: GroupTally;
}

export interface WatchOptions {
  now?: () => number;
  /** No other process changes letters: an entry too many is left of a change that was cut off by a crash, and goes. */
  isAlone?: boolean;
}

export async function watchDeadLetters(
  state: StateStore,
  letters: DeadLetterStore,
  { now = Date.now, isAlone = false }: WatchOptions = {},
): Promise<DeadLetterCounts> {
  /** By index key without the id. */
  const groups = new Map<string, Group>();
  const totals = new Map<string, number>(deadLetterStatuses.map((status) => [status, 0]));

  function set(key: string, receivedAt: number | undefined): void {
    const slash = key.lastIndexOf('/');
    const groupKey = key.slice(0, slash);
    const id = key.slice(slash + 1);
    let group = groups.get(groupKey);
    if (receivedAt === undefined) {
      if (group?.tally.remove(id) === true) totals.set(group.status, totals.get(group.status)! - 1);
      if (group?.tally.size === 0) groups.delete(groupKey);
      return;
    }
    if (group === undefined) {
      const { status, contract, source, signature } = readIndexKey(key);
      group = { key: groupKey, status, contract, source, signature, tally: groupTally() };
      groups.set(groupKey, group);
    }
    if (group.tally.add(id, receivedAt)) totals.set(group.status, totals.get(group.status)! + 1);
  }

  // Watching begins before the scan, so that no change falls between the two.
  const stop = state.watch(indexPrefix, ({ key, value }) =>
    set(key, value === undefined ? undefined : receivedAtOf(value as IndexValue)),
  );
  const entries = new Map<string, string>();
  const doubles: [id: string, keys: string[]][] = [];
  let after: string | undefined;
  for (;;) {
    const page = await state.list<IndexValue>(indexPrefix, {
      limit: scanPage,
      after,
    });
    for (const { key, value } of page) {
      set(key, receivedAtOf(value));
      if (!isAlone) continue;
      const other = entries.get(idOf(key));
      if (other !== undefined) doubles.push([idOf(key), [other, key]]);
      entries.set(idOf(key), key);
    }
    if (page.length < scanPage) break;
    after = page.at(-1)!.key;
  }
  entries.clear();
  for (const [id, keys] of doubles) {
    const letter = await letters.get(id);
    const stale = keys.filter((key) => letter === undefined || indexKey(letter) !== key);
    await state.write(stale.map((key) => ({ delete: key })));
  }

  async function describe({ contract, source, signature, tally }: Group) {
    const { first, last, newest } = tally.span();
    const sample = await letters.get(newest);
    if (sample === undefined) return undefined;
    const [firstSeen, lastSeen] = [new Date(first).toISOString(), new Date(last).toISOString()];
    return {
      signature,
      contract,
      source,
      count: tally.size,
      first_seen: firstSeen,
      last_seen: lastSeen,
      sample_id: newest,
      violations: sample.violations,
      reason: sample.reason,
      trend: tally.trend(now()),
    } satisfies DeadLetterGroup;
  }

  const matching = ({ contract, source }: GroupFilter, statuses: readonly DeadLetterStatus[]): Group[] =>
    [...groups.values()].filter(
      (group) =>
        statuses.includes(group.status) &&
        (contract === undefined || group.contract === contract) &&
        (source === undefined || group.source === source),
    );

  return {
    count: (status) => totals.get(status)!,
    async groups(filter, { limit, cursor }) {
      const open = matching(filter, ['open']).toSorted(bySize);
      const after = cursor === undefined ? undefined : placeOf(cursor);
      const left = after === undefined ? open : open.filter((group) => bySize(after, group) < 0);
      const shown = left.slice(0, limit);
      const described = await Promise.all(shown.map(describe));
      return {
        items: described.filter((group) => group !== undefined),
        next: left.length > limit ? cursorOf(shown.at(-1)!) : undefined,
        total: open.length,
        letters: open.reduce((sum, { tally }) => sum + tally.size, 0),
      };
    },
    newest(filter, limit) {
      const { from = -Infinity, to = Infinity, before } = filter;
      const found: LetterPlace[] = [];
      for (const { tally } of matching(filter, filter.statuses)) {
        const span = tally.span();
        if (span.last < from || span.first > to) continue;
        for (const [id, receivedAt] of tally.letters()) {
          if (receivedAt < from || receivedAt > to) continue;
          if (before !== undefined && newestFirst(before, { id, receivedAt }) >= 0) continue;
          found.push({ id, receivedAt });
        }
        // What can't be among the first is let go of now and then, so that a hundred thousand do not pile up.
        if (found.length > maxGathered) found.sort(newestFirst).splice(limit);
      }
      return found.sort(newestFirst).slice(0, limit);
    },
    close: stop,
  };
}

const scanPage = 1000;
const maxGathered = 20_000;

export function newestFirst(a: LetterPlace, b: LetterPlace): number {
  if (a.receivedAt !== b.receivedAt) return b.receivedAt - a.receivedAt;
  return a.id === b.id ? 0 : a.id < b.id ? 1 : -1;
}

type Place = Pick<Group, 'key'> & { tally: { size: number } };

/** Largest first; those of the same size by their keys, so that pages do not overlap. */
function bySize(a: Place, b: Place): number {
  return b.tally.size - a.tally.size || (a.key < b.key ? -1 : a.key > b.key ? 1 : 0);
}

const cursorOf = ({ tally, key }: Group): string => Buffer.from(`${tally.size} ${key}`).toString('base64url');

/** A cursor that we did not make is past the end. */
function placeOf(cursor: string): Place {
  const [, size = '0', key = '\uffff'] =
    /^(\d{1,15}) ([\s\S]+)$/.exec(Buffer.from(cursor, 'base64url').toString()) ?? [];
  return { key, tally: { size: Number(size) } };
}
