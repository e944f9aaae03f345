import type { StateStore } from '../engine/engine.ts';
import {
  type DeadLetterFilter,
  type DeadLetterGroup,
  type DeadLetterStatus,
  deadLetterStatuses,
} from '../model/dead-letter.ts';
import {
  type Group,
  type GroupFilter,
  type GroupPage,
  type LetterPlace,
  type NewestFilter,
  bySize,
  cursorOf,
  placeOf,
} from './group-order.ts';
import { groupTally } from './group-tally.ts';
import { newestOf } from './newest-places.ts';
import {
  type IndexValue,
  codeOf,
  idOf,
  idsOf,
  indexKey,
  indexPrefix,
  readIndexKey,
  receivedAtOf,
} from './index-key.ts';
import { indexEntries } from './index-entries.ts';
import { HashSet } from '../support/hash-set.ts';
import type { DeadLetterStore } from './store.ts';

export async function watchDeadLetters(
  state: StateStore,
  letters: DeadLetterStore,
  { now = Date.now }: { now?: () => number } = {},
): Promise<DeadLetterCounts> {
  const counts = new DeadLetterCounts(state, letters, now);
  const seen = new HashSet();
  const doubled = new Set<string>();
  for await (const { key, value } of indexEntries(state)) {
    counts.set(key, value);
    if (!seen.add(idOf(key))) doubled.add(idOf(key));
  }
  // On NATS, a process that died in the midst of a change has left an entry too many.
  if (doubled.size > 0)
    for await (const { key } of indexEntries(state)) {
      if (!doubled.has(idOf(key))) continue;
      const letter = await letters.get(idOf(key));
      if (letter === undefined || indexKey(letter) !== key) counts.set(key, undefined);
    }
  return counts;
}

/**
 * The dead letters counted by status and, the open ones, by signature; kept current by watching the index, so that
 * the console and `/stats` can ask every second without a scan.
 */
export class DeadLetterCounts {
  readonly #letters: Pick<DeadLetterStore, 'get'>;
  readonly #now: () => number;
  /** By index key without the id. */
  readonly #groups = new Map<string, Group>();
  readonly #totals = new Map<string, number>(deadLetterStatuses.map((status) => [status, 0]));
  readonly #stopWatching: () => void;

  /** Watches from now on, so that no change falls between this and a scan that follows. */
  constructor(state: StateStore, letters: Pick<DeadLetterStore, 'get'>, now: () => number) {
    this.#letters = letters;
    this.#now = now;
    this.#stopWatching = state.watch(indexPrefix, ({ key, value }) =>
      this.set(key, value as IndexValue | undefined),
    );
  }

  /** Takes over what an index entry says; undefined for one that was deleted. */
  set(key: string, value: IndexValue | undefined): void {
    const slash = key.lastIndexOf('/');
    const groupKey = key.slice(0, slash);
    const id = key.slice(slash + 1);
    let group = this.#groups.get(groupKey);
    if (value === undefined) {
      if (group?.tally.remove(id) === true) this.#addTo(group.status, -1);
      if (group?.tally.size === 0) this.#groups.delete(groupKey);
      return;
    }
    if (group === undefined) {
      const { status, contract, source, signature } = readIndexKey(key);
      group = { key: groupKey, status, contract, source, signature, tally: groupTally() };
      this.#groups.set(groupKey, group);
    }
    const facts = { receivedAt: receivedAtOf(value), ids: idsOf(value), code: codeOf(value) };
    if (group.tally.add(id, facts)) this.#addTo(group.status, 1);
  }

  count(status: DeadLetterStatus): number {
    return this.#totals.get(status)!;
  }

  /** Open ones that match; undefined where only the letters themselves can tell. */
  countOpen({ q, code, since, until, ...filter }: Omit<DeadLetterFilter, 'status'>): number | undefined {
    if (q !== undefined || code !== undefined) return undefined;
    const from = since === undefined ? -Infinity : Date.parse(since);
    const to = until === undefined ? Infinity : Date.parse(until);
    return this.#matching(filter, ['open']).reduce((sum, { tally }) => sum + tally.within(from, to), 0);
  }

  /** Of the open ones, each group's place and the reception of its oldest letter (milliseconds); in no order. */
  openGroups(): (Pick<Group, 'key' | 'contract' | 'source' | 'signature'> & { first: number })[] {
    return this.#matching({}, ['open']).map(({ key, contract, source, signature, tally }) => ({
      key,
      contract,
      source,
      signature,
      first: tally.span().first,
    }));
  }

  /** Of the open ones; largest group first. `next` is the cursor of the following page. */
  async groups(
    filter: GroupFilter,
    { limit, cursor }: { limit: number; cursor?: string },
  ): Promise<GroupPage> {
    const open = this.#matching(filter, ['open']).toSorted(bySize);
    const after = cursor === undefined ? undefined : placeOf(cursor);
    const left = after === undefined ? open : open.filter((group) => bySize(after, group) < 0);
    const shown = left.slice(0, limit);
    const described = await Promise.all(shown.map((group) => this.#describe(group)));
    return {
      items: described.filter((group) => group !== undefined),
      next: left.length > limit ? cursorOf(shown.at(-1)!) : undefined,
      total: open.length,
      letters: open.reduce((sum, { tally }) => sum + tally.size, 0),
    };
  }

  /** The newest letters of these statuses that were received before `before`, newest first, at most `limit`. */
  newest(filter: NewestFilter, limit: number): LetterPlace[] {
    return newestOf(this.#matching(filter, filter.statuses), filter, limit);
  }

  close(): void {
    this.#stopWatching();
  }

  #addTo(status: DeadLetterStatus, by: 1 | -1): void {
    this.#totals.set(status, this.#totals.get(status)! + by);
  }

  async #describe({ contract, source, signature, tally }: Group) {
    const { first, last, newest } = tally.span();
    const sample = await this.#letters.get(newest);
    if (sample === undefined) return undefined;
    return {
      signature,
      contract,
      source,
      count: tally.size,
      first_seen: new Date(first).toISOString(),
      last_seen: new Date(last).toISOString(),
      sample_id: newest,
      violations: sample.violations,
      reason: sample.reason,
      trend: tally.trend(this.#now()),
    } satisfies DeadLetterGroup;
  }

  #matching({ contract, source, signature }: GroupFilter, statuses: readonly DeadLetterStatus[]): Group[] {
    return [...this.#groups.values()].filter(
      (group) =>
        (signature === undefined || group.signature === signature) &&
        statuses.includes(group.status) &&
        (contract === undefined || group.contract === contract) &&
        (source === undefined || group.source === source),
    );
  }
}
