import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Role } from '../api/route.ts';
import type { StateStore } from '../engine/engine.ts';
import { listAll } from '../repair/rules/state-pages.ts';
import { type Result, fail, ok } from '../model/result.ts';

/** A key as it is kept: its text is known to whoever was given it, and to nobody else. */
export interface KeyRecord {
  id: string;
  name: string;
  role: Role;
  /** The only source that it may send for. */
  source?: string;
  /** SHA-256 of the whole text, hex. The text is random, so that no salt is needed. */
  hash: string;
  created_by: string;
  /** ISO 8601 times. */
  created_at: string;
  expires_at?: string;
}

export type NewKey = Pick<KeyRecord, 'role' | 'created_by'> &
  Partial<Pick<KeyRecord, 'name' | 'source' | 'expires_at'>>;
export type KnownKey = Omit<KeyRecord, 'hash'> & { last_used_at?: string };

/** The keys of a service, in its state: each process knows of a change within a second. */
export interface Keys {
  /** The one of this text; expired ones, too. */
  find(text: string): KeyRecord | undefined;
  /** Whether a request needs a key: since the first admin key was made, even when that has ended. */
  areNeeded(): boolean;
  /** Resolves when it is durable, with the text, which is not kept. */
  create(key: NewKey): Promise<Result<{ key: KnownKey; text: string }>>;
  list(): KnownKey[];
  /** False when there is none. */
  revoke(id: string): Promise<boolean>;
  /** Notes the time, by the hour. */
  used(id: string): void;
  close(): void;
}

export const keysPrefix = 'auth/';
const records = `${keysPrefix}keys/`;
const uses = `${keysPrefix}uses/`;
const needed = `${keysPrefix}needed`;

const maxKeys = 1000;
const usedEveryMs = 3_600_000;
const form = /^ds_([0-9a-f]{16})_[\w-]{43}$/;

/** Whether it is meant to be such a key, right or wrong. */
export const looksLikeKey = (text: string): boolean => text.startsWith('ds_');

export async function openKeys(
  state: StateStore,
  { now = Date.now, onError }: { now?: () => number; onError: (error: unknown) => void },
): Promise<Keys> {
  const known = new Map<string, KeyRecord>();
  const lastUses = new Map<string, string>();
  let isNeeded = false;

  function take(key: string, value: unknown): void {
    if (key === needed) isNeeded ||= value !== undefined;
    else if (key.startsWith(records)) set(known, key.slice(records.length), value as KeyRecord | undefined);
    else if (key.startsWith(uses)) set(lastUses, key.slice(uses.length), value as string | undefined);
  }

  // What changes while the rest is read is newer than what is read.
  const changed = new Set<string>();
  const unwatch = state.watch(keysPrefix, ({ key, value }) => {
    changed.add(key);
    take(key, value);
  });
  for (const { key, value } of await listAll(state, keysPrefix)) if (!changed.has(key)) take(key, value);

  const shown = ({ hash: _hash, ...key }: KeyRecord): KnownKey => ({
    ...key,
    last_used_at: lastUses.get(key.id),
  });

  return {
    find(text) {
      const record = known.get(form.exec(text)?.[1] ?? '');
      if (record === undefined) return undefined;
      const given = createHash('sha256').update(text).digest();
      return timingSafeEqual(given, Buffer.from(record.hash, 'hex')) ? record : undefined;
    },
    areNeeded: () => isNeeded,
    async create({ role, name, source, created_by, expires_at }) {
      if (known.size >= maxKeys) return fail(`there are ${maxKeys} keys; revoke some first`);
      const id = randomBytes(8).toString('hex');
      const text = `ds_${id}_${randomBytes(32).toString('base64url')}`;
      const record: KeyRecord = {
        id,
        name: name ?? `${role}-${id.slice(0, 6)}`,
        role,
        source,
        hash: createHash('sha256').update(text).digest('hex'),
        created_by,
        created_at: new Date(now()).toISOString(),
        expires_at,
      };
      const value = JSON.parse(JSON.stringify(record)) as Record<string, string>;
      await state.write([
        { put: records + id, value },
        ...(role === 'admin' ? [{ put: needed, value: true }] : []),
      ]);
      take(records + id, record);
      if (role === 'admin') take(needed, true);
      return ok({ key: shown(record), text });
    },
    list: () => [...known.values()].map(shown).toSorted((a, b) => (a.created_at < b.created_at ? 1 : -1)),
    async revoke(id) {
      if (!known.has(id)) return false;
      await state.write([{ delete: records + id }, { delete: uses + id }]);
      take(records + id, undefined);
      return true;
    },
    used(id) {
      const last = lastUses.get(id);
      if (last !== undefined && now() - Date.parse(last) < usedEveryMs) return;
      const at = new Date(now()).toISOString();
      lastUses.set(id, at);
      state.put(uses + id, at).catch(onError);
    },
    close: unwatch,
  };
}

function set<T>(map: Map<string, T>, key: string, value: T | undefined): void {
  if (value === undefined) map.delete(key);
  else map.set(key, value);
}
