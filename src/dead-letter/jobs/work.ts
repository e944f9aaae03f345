import type { Engine } from '../../engine/engine.ts';
import type { DeadLetter } from '../../model/dead-letter.ts';
import type { JobKind, LeftAlone } from '../../model/job.ts';
import { fateOf } from '../corrections/import-line.ts';
import type { StagedImports } from '../corrections/staged.ts';
import type { Corrector } from '../corrections/try-correction.ts';
import { countOpen } from '../count-open.ts';
import type { DeadLetterCounts } from '../counts.ts';
import { replay } from '../replay.ts';
import type { DeadLetterStore } from '../store.ts';
import type { StoredJob } from './store.ts';

export interface WorkParts {
  engine: Engine;
  letters: DeadLetterStore;
  deadLetters: Pick<DeadLetterCounts, 'countOpen'>;
  staged: StagedImports;
  pipeline: Corrector;
}

/** What a job of one kind does. */
export interface Work {
  /** Letters that it is for. */
  total(job: StoredJob): Promise<number>;
  /** The slice that follows the job's cursor, of so many letters at most; an import has its own. */
  next(job: StoredJob, length: number): Promise<Pick<StoredJob, 'slice' | 'cursor' | 'end'>>;
  /** Settles the slice in hand. Of each of its letters why it was left alone; undefined where it was settled. */
  settle(job: StoredJob): Promise<(LeftAlone | undefined)[]>;
  /** Whether this job has settled a letter before, in a run that was cut off. */
  hasSettled(job: StoredJob, letter: DeadLetter, replays: number): boolean;
}

export function createWork(parts: WorkParts): Record<JobKind, Work> {
  const listed = listedLetters(parts);
  return {
    replay: {
      ...listed,
      ...sent,
      settle: settleEach((job, id) => replay(parts, id, undefined, new Date(job.as_of))),
    },
    discard: {
      ...listed,
      settle: settleEach((job, id) =>
        parts.letters.discard(id, job.reason ?? '', { asOf: new Date(job.as_of) }),
      ),
      hasSettled: ({ reason }, letter) => letter.status === 'discarded' && letter.discard_reason === reason,
    },
    correct: { ...listed, ...sent, settle: (job) => settleByPlan(parts, job) },
    import: { ...stagedLines(parts), ...sent, settle: (job) => settleImported(parts, job) },
  };
}

const sent: Pick<Work, 'hasSettled'> = {
  hasSettled: (_, letter, replays) => letter.replays > replays,
};

const settleEach =
  (settle: (job: StoredJob, id: string) => ReturnType<typeof replay>): Work['settle'] =>
  (job) =>
    Promise.all(
      job.slice.map(async ([id]) => {
        const result = await settle(job, id);
        return result.ok ? undefined : { id, reason: result.error };
      }),
    );

function listedLetters({ letters, deadLetters }: WorkParts): Pick<Work, 'total' | 'next'> {
  return {
    // Counted in memory where the counts know it.
    total: async ({ filter, as_of }) =>
      deadLetters.countOpen(filter) ?? (await countOpen(letters, filter, new Date(as_of))),
    // Whatever changed after the job was ordered was not open then, or was open for another reason.
    async next({ filter, cursor, as_of }, length) {
      const page = await letters.list({ ...filter, status: 'open' }, { limit: length, cursor });
      const asOf = Date.parse(as_of);
      const slice = page.items
        .filter(({ updated_at: at }) => Date.parse(at) <= asOf)
        .map(({ id, replays }): [string, number] => [id, replays]);
      return { slice, cursor: page.next, end: page.next === undefined };
    },
  };
}

function stagedLines({ staged }: WorkParts): Pick<Work, 'total' | 'next'> {
  return {
    total: async ({ total }) => total ?? 0,
    async next({ id, cursor }) {
      const part = await staged.next(id, cursor);
      if (part === undefined) return { slice: [], cursor, end: true };
      return { slice: part.lines.map(({ id, replays }) => [id, replays]), cursor: part.key };
    },
  };
}

/** Sends back what the plan mends. */
async function settleByPlan(parts: WorkParts, { slice, plan, rule_id, as_of }: StoredJob) {
  const known = await Promise.all(slice.map(([id]) => parts.letters.get(id)));
  const open = known.filter((letter) => letter?.status === 'open').map((letter) => letter!);
  const corrections = open.length === 0 ? [] : await parts.pipeline.correctByPlan(open, plan!);
  const found = new Map(open.map(({ id }, at) => [id, corrections[at]!]));
  return Promise.all(
    slice.map(async ([id]): Promise<LeftAlone | undefined> => {
      const correction = found.get(id);
      if (correction === undefined) return { id, reason: 'it was settled meanwhile' };
      if (correction.kind === 'refused') return { id, reason: correction.reason };
      const edit = { ...correction.edit, ...(rule_id !== undefined && { rule_id }) };
      const result = await replay(parts, id, { edited: correction.edited, edit }, new Date(as_of));
      return result.ok ? undefined : { id, reason: result.error };
    }),
  );
}

/** Sends back each letter as its line has it, if it is still as it was exported. */
async function settleImported(parts: WorkParts, { slice, cursor, force = false }: StoredJob) {
  const part = slice.length === 0 || cursor === undefined ? undefined : await parts.staged.get(cursor);
  const lines = new Map(part?.lines.map((line) => [line.id, line]));
  const known = await Promise.all(slice.map(([id]) => parts.letters.get(id)));
  const looked = slice.map(([id], at) => {
    const [line, letter] = [lines.get(id), known[at]];
    const fate =
      line === undefined
        ? ({ kind: 'left_alone', reason: 'its line is gone' } as const)
        : fateOf(letter, line);
    return { id, line, letter, fate };
  });
  const open = looked.filter(({ fate }) => fate.kind === 'apply');
  const asked = open.map(({ letter, line }) => ({ letter: letter!, edited: line!.edited }));
  const corrections = asked.length === 0 ? [] : await parts.pipeline.correctByHand(asked, force);
  const found = new Map(open.map(({ id }, at) => [id, corrections[at]!]));
  return Promise.all(
    looked.map(async ({ id, line, fate }): Promise<LeftAlone | undefined> => {
      const left = (reason: string) => ({ id, ...(line && { line: line.line }), reason });
      const correction = found.get(id);
      if (correction === undefined)
        return left(fate.kind === 'apply' || fate.kind === 'unchanged' ? 'it has changed' : fate.reason);
      if (correction.kind === 'refused') return left(correction.reason);
      const { edited, edit } = correction;
      const result = await replay(parts, id, { edited, edit }, new Date(line!.updated_at));
      return result.ok ? undefined : left(result.error);
    }),
  );
}
