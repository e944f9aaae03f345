import * as z from 'zod';
import type { StateStore } from '../engine/engine.ts';
import type { Json } from '../json.ts';
import type { Logger } from '../log.ts';
import { listAll } from '../repair/state-pages.ts';
import type { DriftField, DriftWatch } from './drift.ts';

export const driftPrefix = 'history/drift/';
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

/** Keeps what was seen over a restart: an entry for each contract, written at most once a minute. */
export async function keepDrift(
  state: StateStore,
  drift: DriftWatch,
  { write, log }: { write: boolean; log: Logger },
): Promise<{ close(): Promise<void> }> {
  for (const { key, value } of await listAll(state, driftPrefix)) {
    const fields = fieldsSchema.safeParse(value);
    // What another version wrote otherwise is seen again soon.
    if (fields.success) drift.recall(decodeURIComponent(key.slice(driftPrefix.length)), fields.data);
  }
  if (!write) return { close: async () => undefined };

  async function save(): Promise<void> {
    const writes = drift.changed().map((contract) => ({
      put: driftPrefix + encodeURIComponent(contract),
      value: drift.fields(contract) as unknown as Json,
    }));
    if (writes.length === 0) return;
    await state.write(writes).catch((error: unknown) => {
      log.warn({ code: 'history_not_kept', err: error }, 'undeclared fields that were seen are not on disk');
    });
  }

  const timer = setInterval(() => void save(), writeEveryMs).unref();
  return {
    async close() {
      clearInterval(timer);
      await save();
    },
  };
}
