import type { Command } from 'commander';
import { withClient } from './client.ts';
import { followJob, progressOf } from './follow-job.ts';
import { print, printJson, type Io, type Outcome } from './io.ts';
import { withExamples, withJson, withServer, type ServerOptions } from './options.ts';
import { asNamed, printList } from './table.ts';

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
  printList(io, items, options, {
    none: 'There are no jobs.',
    columns: {
      ...asNamed('id', 'kind', 'state'),
      done: ({ done, total }) => (total === null ? String(done) : `${done} of ${total}`),
      'left alone': 'failed',
      'failed again': 'failed_again',
      by: ({ actor }) => actor.name,
      since: 'created_at',
    },
  });
}
