import type { Operation, Plan } from '../../model/plan.ts';

/**
 * A plan in plain words, a line for each operation: `move /price to /amount`. For terminals, the console and audit
 * reports; names paths, formats and the outputs of maps, which are all that a plan holds.
 */
export function describePlan({ operations }: Plan): string[] {
  return operations.map(describeOperation);
}

export function describeOperation(operation: Operation): string {
  switch (operation.op) {
    case 'move':
    case 'copy':
      return `${operation.op} ${operation.from} to ${operation.to}`;
    case 'remove':
      return `remove ${operation.path}`;
    case 'cast': {
      const written = operation.format === undefined ? '' : `, written as ${inWords(operation.format)}`;
      const zone = operation.zone_from === undefined ? '' : `, in the zone at ${operation.zone_from}`;
      return `read ${operation.path} as ${typeNames[operation.to]}${written}${zone}`;
    }
    case 'split':
      return `split ${operation.from} at ${JSON.stringify(operation.separator)} into ${listed(operation.to)}`;
    case 'split_unit':
      return `split ${operation.from} into the number ${operation.number} and its unit ${operation.unit}`;
    case 'join': {
      const between =
        operation.separator === '' ? '' : ` with ${JSON.stringify(operation.separator)} between`;
      return `join ${listed(operation.from)}${between} into ${operation.to}`;
    }
    case 'map': {
      const pairs = Object.entries(operation.values);
      const shown = pairs
        .slice(0, maxPairs)
        .map(([from, to]) => `${JSON.stringify(from)} as ${JSON.stringify(to)}`);
      const more = pairs.length > maxPairs ? ` and ${pairs.length - maxPairs} more` : '';
      return `read in ${operation.path} ${shown.join(', ')}${more}`;
    }
    case 'parse':
      return `read the JSON text in ${operation.path}`;
    case 'list':
      return `make a list of the text in ${operation.path}, at ${JSON.stringify(operation.separator)}`;
    case 'unlist':
      return `write the list in ${operation.path} as one text, with ${JSON.stringify(operation.separator)} between`;
    case 'wrap':
      return `make ${operation.path} a list of one`;
    case 'unwrap':
      return `take the one element out of ${operation.path}`;
    case 'trim':
      return `trim the spaces around ${operation.path}`;
    case 'upper':
      return `put ${operation.path} in upper case`;
    default:
      return `put ${operation.path} in lower case`;
  }
}

const maxPairs = 10;

const typeNames = {
  string: 'text',
  integer: 'a whole number',
  number: 'a number',
  decimal: 'an exact decimal',
  boolean: 'true or false',
  datetime: 'a date and time',
  date: 'a date',
  uuid: 'a UUID',
} as const;

function inWords(format: string): string {
  if (format === 'unix') return 'seconds since 1970';
  return format === 'unix_ms' ? 'milliseconds since 1970' : format;
}

function listed(names: readonly string[]): string {
  return names.length < 2 ? names.join() : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}
