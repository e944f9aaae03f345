import { type Command, Option } from 'commander';
import { withClient } from './client.ts';
import { print, printJson, say, type Io } from './io.ts';
import { wholeNumber, withExamples, withJson, withServer, type ServerOptions } from './options.ts';
import { formatCsv, formatTable } from './table.ts';

interface QueryOptions extends ServerOptions {
  json?: boolean;
  csv?: boolean;
  safeCells?: boolean;
  maxRows: number;
}

export function registerQuery(program: Command, io: Io): void {
  const command = withJson(withServer(program.command('query')))
    .description('Run read-only SQL on the destination, while the service runs or not.')
    .argument('<sql>', 'one SELECT')
    .option(
      '--csv',
      'print comma-separated values, as they are (control characters are spelled when the output is a terminal)',
    )
    .addOption(
      new Option(
        '--safe-cells',
        "CSV for a spreadsheet: puts a ' before texts that begin with = + - or @, which it would take for formulas; numbers stay",
      )
        .implies({ csv: true })
        .conflicts('json'),
    )
    .option('--max-rows <count>', 'rows to print at most', wholeNumber(1, 100_000), 1000)
    .action((sql: string, options: QueryOptions) => query(io, sql, options));
  withExamples(
    command,
    'sentinel query "SELECT source, count(*) FROM transaction GROUP BY source"',
    'sentinel query --csv "SELECT * FROM transaction" > transactions.csv',
  );
}

async function query(io: Io, sql: string, options: QueryOptions): Promise<void> {
  const result = await withClient(io, options, (client) =>
    client.request('POST /api/v1/query', { body: { sql, max_rows: options.maxRows } }),
  );
  if (options.json === true) return printJson(io, result);
  print(
    io,
    options.csv === true
      ? formatCsv(result.columns, result.rows, {
          forTerminal: io.columns !== undefined,
          safeCells: options.safeCells,
        })
      : formatTable(result.columns, result.rows, io.columns),
  );
  if (result.truncated)
    say(io, `There are more rows; these are the first ${result.rows.length}. See --max-rows.`);
}
