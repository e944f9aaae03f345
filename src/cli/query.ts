import { type Command, Option } from 'commander';
import { withClient } from './client.ts';
import { print, printJson, say, type Io, type Outcome } from './io.ts';
import { wholeNumber, withExamples, withJson, withServer, type ServerOptions } from './options.ts';
import { formatCsv, formatTable } from './table.ts';

interface QueryOptions extends ServerOptions {
  json?: boolean;
  csv?: boolean;
  safeCells?: boolean;
  maxRows?: number;
}

const screenRows = 1000;
const mostRows = 1_000_000;

export function registerQuery(program: Command, io: Io, outcome: Outcome): void {
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
    .option(
      '--max-rows <count>',
      `rows to print at most (default: ${screenRows}; into a file or pipe all, up to 1,000,000)`,
      wholeNumber(1, mostRows),
    )
    .action((sql: string, options: QueryOptions) => query(io, sql, options, outcome));
  withExamples(
    command,
    'sentinel query "SELECT source, count(*) FROM transaction GROUP BY source"',
    'sentinel query --csv "SELECT * FROM transaction" > transactions.csv',
  );
}

async function query(io: Io, sql: string, options: QueryOptions, outcome: Outcome): Promise<void> {
  const isScreen = io.columns !== undefined;
  const max_rows = options.maxRows ?? (isScreen ? screenRows : mostRows);
  const result = await withClient(io, options, (client) =>
    client.request('POST /api/v1/query', { body: { sql, max_rows } }),
  );
  if (options.json === true) printJson(io, result);
  else
    print(
      io,
      options.csv === true
        ? formatCsv(result.columns, result.rows, {
            forTerminal: isScreen,
            safeCells: options.safeCells,
          })
        : formatTable(result.columns, result.rows, io.columns),
    );
  if (!result.truncated) return;
  say(io, `There are more rows; these are the first ${result.rows.length}. See --max-rows.`);
  // Whoever wrote a file shall not take it for the whole.
  if (!isScreen && options.maxRows === undefined) outcome.exitCode = 1;
}
