import type { ApiClient } from './client.ts';
import { followJob } from './follow-job.ts';
import { print, printJson, say, type Io, type Outcome } from './io.ts';
import { printable } from './table.ts';

/** Follows a job that corrects letters, and says how it has ended. The exit code is 1 when it left letters alone. */
export async function followCorrection(
  { io, client, outcome }: { io: Io; client: ApiClient; outcome: Outcome },
  jobId: string,
  { json }: { json?: boolean },
): Promise<void> {
  const { state, done, failed, total, left_alone: left = [] } = await followJob(io, client, jobId);
  const [corrected, matched] = [done - failed, total ?? done];
  if (json === true) printJson(io, { job_id: jobId, state, matched, corrected, left_alone: left });
  else {
    const end = state === 'done' ? '' : '; cancelled';
    print(io, `${corrected} of ${matched} corrected and sent on their way${end}.`);
    for (const { id, line, reason } of left)
      say(io, `  ${line === undefined ? id : `line ${line}, ${id}`}: ${printable(reason)}`);
    if (failed > left.length) say(io, `  … ${failed - left.length} more were left alone`);
  }
  if (corrected < matched) outcome.exitCode = 1;
}
