import { escapeSegment, segmentsOf } from '../model/pointer.ts';
import { SentinelError } from '../model/errors.ts';
import { formatVersion, parseVersion } from './versions.ts';

const nameShape = /^[A-Za-z][A-Za-z0-9_.-]{0,99}$/;
const tableShape = /^[A-Za-z][A-Za-z0-9_]{0,62}$/;
const topicShape = /^[A-Za-z][A-Za-z0-9_-]{0,99}$/;

/** How a contract's author names it and its parts, before any check. */
export interface Naming {
  name: string;
  version: string;
  table?: string | undefined;
  key?: string | readonly string[] | undefined;
  topic?: string | undefined;
}

/** Checks the names and fills in the defaults. Throws `contract_invalid`, naming the field at fault and the remedy. */
export function settleNames(naming: Naming, declaredFields: ReadonlySet<string>) {
  const { name, version, topic } = naming;
  if (!nameShape.test(name)) {
    throw invalid(
      'a contract',
      'name',
      'a letter, then letters, digits, `_`, `-` or `.`, at most 100 in all',
    );
  }
  const parsed = parseVersion(version);
  if (parsed === undefined) throw invalid(name, 'version', 'major.minor.patch, like "1.0.0"');
  const table = naming.table ?? name.replace(/[.-]/g, '_');
  if (!tableShape.test(table)) {
    throw invalid(name, 'table', 'a letter, then letters, digits or `_`, at most 63 in all');
  }
  if (topic !== undefined && !topicShape.test(topic)) {
    throw invalid(name, 'topic', 'a letter, then letters, digits, `_` or `-`, at most 100 in all');
  }
  return { name, version: formatVersion(parsed), table, topic, key: keyPointers(naming, declaredFields) };
}

/** Field names and JSON Pointers alike come out as pointers; `event_id` is the key of a contract that names none. */
function keyPointers({ name, key }: Naming, declared: ReadonlySet<string>): readonly string[] {
  const parts = key === undefined ? ['event_id'] : typeof key === 'string' ? [key] : key;
  const pointers = parts.map((part) => (part.startsWith('/') ? part : `/${escapeSegment(part)}`));
  if (pointers.length === 0) throw invalid(name, 'key', 'a field name, or a list of at least one');
  for (const pointer of pointers) {
    const [top = ''] = segmentsOf(pointer);
    if (top !== 'event_id' && !declared.has(top)) {
      throw invalid(name, 'key', `made of fields that the schema declares; ${pointer} is not`);
    }
  }
  return pointers;
}

function invalid(contract: string, field: string, remedy: string): SentinelError {
  return new SentinelError('contract_invalid', `${contract}: \`${field}\` must be ${remedy}`);
}
