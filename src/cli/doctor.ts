import type { Command } from 'commander';
import { runChecks } from './doctor-checks.ts';
import type { CheckResult } from './doctor-finding.ts';
import { print, printJson, type Io, type Outcome } from './io.ts';
import { withConfig, withExamples, withJson, type ConfigOption } from './options.ts';
import { printable } from './table.ts';

const marks = { ok: 'ok  ', warn: 'warn', fail: 'FAIL' } as const;

export function registerDoctor(program: Command, io: Io, outcome: Outcome): void {
  const command = withJson(withConfig(program.command('doctor')))
    .description(
      'Check that this machine and this configuration can run the service, and say how to mend what does not pass.',
    )
    .option('--deep', 'read every entry of the embedded queue, which takes a while')
    .action(async (options: ConfigOption & { json?: boolean; deep?: boolean }) => {
      const results: CheckResult[] = [];
      for await (const result of runChecks(io, options)) {
        results.push(result);
        if (options.json !== true) printResult(io, result);
      }
      if (options.json === true) printJson(io, results);
      if (results.some(({ status }) => status === 'fail')) outcome.exitCode = 1;
    });
  withExamples(command, 'sentinel doctor', 'sentinel doctor --deep', 'sentinel doctor --json');
}

function printResult(io: Io, { status, check, found, fix }: CheckResult): void {
  print(io, `${marks[status]}  ${check}: ${found.split('\n').map(printable).join('\n      ')}`);
  if (fix !== undefined) print(io, `      fix: ${fix}`);
}
