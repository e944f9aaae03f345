import type { Command } from 'commander';
import { withClient } from './client.ts';
import { followJob, progressOf } from './follow-job.ts';
import { print, printJson, say, type Io, type Outcome } from './io.ts';
import { withExamples, withJson, withServer, type ServerOptions } from './options.ts';
import { formatTable } from './table.ts';

type Options = ServerOptions & { json?: boolean };

export function registerJobs(program: Command, io: Io, outcome: Outcome): void {
  const jobs = program.command('jobs').description('Watch and cancel bulk work on dead letters.');
  withExamples(jobs, 'sentinel jobs list', 'sentinel jobs watch <id>', 'sentinel jobs cancel <id>');

  withJson(withServer(jobs.command('list')))
    .description('List jobs, the newest first; finished ones are kept for 7 days.')
    .action((options: Options) => list(io, options));

  withJson(withServer(jobs.command('show')))
    .description('Say how far a job is.')
    .argument('<id>')
    .action((id: string, options: Options) =>
      withClient(io, options, async (client) => {
        const job = await client.request('GET /api/v1/jobs/{id}', { params: { id } });
        if (options.json === true) printJson(io, job);
        else print(io, progressOf(job));
      }),
    );

  withServer(jobs.command('watch'))
    .description('Show the progress of a job until it has ended; Ctrl-C leaves the job alone.')
    .argument('<id>')
    .action((id: string, options: Options) =>
      withClient(io, options, async (client) => {
        const job = await followJob(io, client, id);
        print(io, progressOf(job));
        if (job.state !== 'done') outcome.exitCode = 1;
      }),
    );

  withServer(jobs.command('cancel'))
    .description('Stop a job after the letters in hand; what it has done stays done.')
    .argument('<id>')
    .action((id: string, options: Options) =>
      withClient(io, options, async (client) =>
        print(io, progressOf(await client.request('POST /api/v1/jobs/{id}/cancel', { params: { id } }))),
      ),
    );
}

async function list(io: Io, options: Options): Promise<void> {
  const { items } = await withClient(io, options, (client) => client.request('GET /api/v1/jobs'));
  if (options.json === true) return printJson(io, items);
  if (items.length === 0) return say(io, 'There are no jobs.');
  const rows = items.map((job) => [
    job.id,
    job.kind,
    job.state,
    job.total === null ? String(job.done) : `${job.done} of ${job.total}`,
    job.failed,
    job.failed_again ?? '',
    job.actor.name,
    job.created_at,
  ]);
  print(
    io,
    formatTable(
      ['id', 'kind', 'state', 'done', 'left alone', 'failed again', 'by', 'since'],
      rows,
      io.columns,
    ),
  );
}
