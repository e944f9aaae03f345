import type { FastifyInstance } from 'fastify';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { ReplyOf } from '../../api/route.ts';
import { stateRoutes as table } from '../../api/routes/state.ts';
import { deadLetterGroup } from '../../dead-letter/index-key.ts';
import { deadLetterStatuses } from '../../model/dead-letter.ts';
import type { StateStore } from '../../engine/engine.ts';
import type { Json } from '../../model/json.ts';
import type { ServerContext } from '../context.ts';
import { keysPrefix } from '../../sources/keys.ts';
import { mount } from '../mount.ts';

type StateItem = ReplyOf<(typeof table)['GET /api/v1/state']>['items'][number];
type StateGroup = ReplyOf<(typeof table)['GET /api/v1/state/groups']>['items'][number];

const maxValue = 16 * 1024;
/** A value that is left out was read all the same; a page with many such ends early. */
const maxPage = 4 * 1024 * 1024;
const maxGroups = 100;
/** To count is to read the values too. */
const mostCounted = 1000;

export function stateRoutes(app: FastifyInstance, { engine, deadLetters }: ServerContext): void {
  const { state } = engine;

  mount(app, table, {
    async 'GET /api/v1/state'({ query: { prefix, limit, cursor } }) {
      // Some at a time: an entry can have a megabyte.
      const items: StateItem[] = [];
      let size = 0;
      let last = cursor;
      while (items.length < limit && size < maxPage) {
        const wanted = Math.min(atOnce, limit - items.length);
        const entries = await state.list(prefix, { limit: wanted, after: last });
        for (const { key, value } of entries) {
          const item = itemOf(key, value);
          size += item.size;
          items.push(item);
        }
        last = entries.at(-1)?.key ?? last;
        if (entries.length < wanted) return { items, next: null };
      }
      return { items, next: last ?? null };
    },

    async 'GET /api/v1/state/groups'() {
      const items: StateGroup[] = [];
      for await (const group of groupsOf(state)) {
        // The dead letters are counted as they come and go.
        const letters = deadLetterStatuses.reduce((sum, status) => sum + deadLetters.count(status), 0);
        if (group === deadLetterGroup) items.push({ group, count: 2 * letters, exact: true });
        else items.push({ group, ...(await countBelow(state, group)) });
        if (items.length === maxGroups) break;
      }
      return { items };
    },
  });
}

const atOnce = 20;

function itemOf(key: string, value: Json): StateItem {
  // Of keys the hashes are kept, and not even these are shown.
  if (key.startsWith(keysPrefix)) return { key, size: JSON.stringify(value).length, cut: true };
  const { length: size } = JSON.stringify(value);
  return size > maxValue ? { key, size, cut: true } : { key, value, size };
}

/** Jumps from the first key of a group behind its last one, whatever number lies between. */
async function* groupsOf(state: StateStore): AsyncGenerator<string> {
  const seen = new Set<string>();
  let after: string | undefined;
  for (;;) {
    const [entry] = await state.list('', { limit: 1, after });
    if (entry === undefined) return;
    const group = entry.key.split('/', 1)[0]!;
    if (!seen.has(group)) yield group;
    seen.add(group);
    // A key without a slash sorts before those of its group, and others may stand between them.
    after = entry.key === group ? group : `${group}/\u{10ffff}`;
  }
}

async function countBelow(state: StateStore, group: string): Promise<Pick<StateGroup, 'count' | 'exact'>> {
  let count = (await state.get(group)) === undefined ? 0 : 1;
  let after: string | undefined;
  while (count < mostCounted) {
    const page = await state.list(`${group}/`, { limit: 100, after });
    count += page.length;
    if (page.length < 100) return { count, exact: true };
    after = page.at(-1)!.key;
    await nextTurn();
  }
  return { count, exact: false };
}
