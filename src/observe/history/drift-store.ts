import * as z from 'zod';
import type { StateStore } from '../../engine/engine.ts';
import type { Json } from '../../model/json.ts';
import type { Logger } from '../../support/log.ts';
import { listAll } from '../../repair/rules/state-pages.ts';
import { repeatedError } from '../../support/repeated-error.ts';
import type { DriftWatch } from './drift.ts';
import { type DriftField, mergeFields } from './drift-fields.ts';
import { Mutex } from '../../support/mutex.ts';

const driftPrefix = 'history/drift/';
const writeEveryMs = 60_000;

const fieldsSchema = z.array(
  z.object({
    version: z.string(),
    path: z.string(),
    types: z.array(z.enum(['string', 'number', 'integer', 'boolean', 'null', 'object', 'array'])),
    count: z.number().int().nonnegative(),
    first_seen: z.iso.datetime(),
    last_seen: z.iso.datetime(),
    sources: z.array(z.string()),
  }),
) satisfies z.ZodType<DriftField[]>;

/**
 * Keeps what was seen over a restart, together with what other processes see: an entry for each contract, written at most
 * once a minute.
 */
export async function keepDrift(
  state: StateStore,
  drift: DriftWatch,
  { write, log }: { write: boolean; log: Logger },
): Promise<{ close(): Promise<void> }> {
  /** Seen here and not yet stored, by contract. */
  const unsaved = new Map<string, readonly DriftField[]>();

  function recall(key: string, value: Json | undefined): void {
    const contract = contractOf(key);
    const fields = readFields(value);
    if (fields !== undefined) drift.recall(contract, mergeFields(fields, unsaved.get(contract) ?? []));
  }

  const stopWatching = state.watch(driftPrefix, ({ key, value }) => recall(key, value));
  for (const { key, value } of await listAll(state, driftPrefix)) recall(key, value);
  if (!write) return { close: async () => stopWatching() };

  const repeated = repeatedError();

  async function save(): Promise<void> {
    for (const [contract, fields] of drift.takeNew())
      unsaved.set(contract, mergeFields(unsaved.get(contract) ?? [], fields));
    try {
      for (const [contract, fields] of unsaved) {
        const key = keyOf(contract);
        const stored = readFields(await state.get(key)) ?? [];
        const all = mergeFields(stored, fields);
        await state.put(key, all as unknown as Json);
        unsaved.delete(contract);
        drift.recall(contract, all);
      }
      repeated.over();
    } catch (error) {
      log.warn(
        { code: 'history_not_kept', err: repeated.next(error) },
        'undeclared fields that were seen are not on disk',
      );
    }
  }

  const saving = new Mutex();
  const saveInTurn = (): Promise<void> => saving.run(save);
  const timer = setInterval(() => void saveInTurn(), writeEveryMs).unref();
  return {
    async close() {
      clearInterval(timer);
      stopWatching();
      await saveInTurn();
    },
  };
}

const keyOf = (contract: string): string => driftPrefix + encodeURIComponent(contract);
const contractOf = (key: string): string => decodeURIComponent(key.slice(driftPrefix.length));

/** Undefined for what another version wrote otherwise; it is seen again soon. */
function readFields(value: Json | undefined): DriftField[] | undefined {
  const fields = fieldsSchema.safeParse(value);
  return fields.success ? fields.data : undefined;
}
