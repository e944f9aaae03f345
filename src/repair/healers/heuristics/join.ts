import type { Candidate } from './candidates.ts';
import { changeAt } from './changes.ts';
import {
  behind,
  candidatesBeside,
  compositions,
  hasLooseSign,
  isBothNames,
  isCalled,
} from './compositions.ts';
import { foldedName, wordsOf } from './names.ts';
import { genericPointer, pointerOf } from '../../../model/pointer.ts';
import { isFurtherNamePart } from '../../plans/operations/person-names.ts';
import { schemasAt } from '../../plans/schema-paths.ts';
import type { Found, Search } from './search.ts';
import { wordSet } from './words.ts';

/** Two fields that together are a missing one: a date and its time of day, the parts of a name. */
export function findJoined(search: Search, path: readonly string[]): Found | undefined {
  const beside = candidatesBeside(search, path).filter(({ value }) => typeof value === 'string');
  const ways = [...formatParts(search, path, beside), ...namedParts(path, beside)].flatMap((way) => {
    const { parts, separator } = way;
    const texts = parts.map(({ value }) => value as string);
    if (texts.some((text) => text.trim() === '' || text.includes(separator) || hasLooseSign(text))) return [];
    const fit = search.fitter.fit({ path, value: texts.join(separator) });
    return fit.kind === 'fits' ? [{ ...way, changes: fit.changes }] : [];
  });
  const [way, ...others] = ways;
  if (way === undefined || others.length > 0) return undefined;
  const to = genericPointer(pointerOf(path), search.failure.event);
  const from = way.parts.map(({ pointer }) => pointer);
  return {
    ok: true,
    from,
    to: [to],
    operations: [
      { op: 'join', from, separator: way.separator, to },
      ...way.changes.map((change) => changeAt(to, change)),
    ],
    evidence: `${from.join(' and ')} together are ${to}`,
  };
}

interface Parts {
  parts: Candidate[];
  separator: string;
}

const moments = new Set(['at', 'on', 'date', 'time', 'datetime', 'timestamp']);
/** What a moment is of: `created` for `created_at` and `created_time`. */
const stem = (words: readonly string[]) => foldedName(words.filter((word) => !moments.has(word)));

/** Whether a field beside this one holds its time of day: then it is no moment by itself. */
export function hasTimeBeside({ candidates }: Search, { path, words }: Candidate): boolean {
  if (words.leaf.includes('time') || !words.leaf.includes('date')) return false;
  const around = path.slice(0, -1).join('/');
  return candidates.some(
    (other) =>
      other.words.leaf.includes('time') &&
      stem(other.words.leaf) === stem(words.leaf) &&
      other.path.slice(0, -1).join('/') === around,
  );
}

interface Format {
  separator: string;
  /** How each part looks, and what may be said in its name to tell it from the other. */
  parts: readonly [Look, Look];
  /** Words of the target that a part need not repeat. */
  droppable: ReadonlySet<string>;
}

interface Look {
  looks: RegExp;
  says: ReadonlySet<string>;
}

export const formats: Readonly<Record<string, Format>> = {
  'date-time': {
    separator: 'T',
    parts: [
      { looks: /^\d{4}-\d{2}-\d{2}$/, says: new Set([...moments, 'day']) },
      {
        looks: /^\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:?\d{2})?$/,
        says: new Set([...moments, 'clock', 'hour']),
      },
    ],
    droppable: moments,
  },
  uri: {
    separator: '://',
    parts: [
      { looks: /^(https?|ftps?|wss?|s3|gs|git|ssh)$/i, says: wordSet('scheme protocol') },
      { looks: /^[^\s:]*[./][^\s:]*$/, says: wordSet('host path address location domain rest') },
    ],
    droppable: wordSet('url uri link'),
  },
  email: {
    separator: '@',
    parts: [
      { looks: /^[^\s@]+$/, says: wordSet('local part user username mailbox account') },
      { looks: /^([a-z0-9-]+\.)+[a-z]{2,}$/i, says: wordSet('domain host server') },
    ],
    droppable: new Set(),
  },
};

/**
 * Two texts beside that look like the two parts of what the contract wants, and are called after it: `created_date` and
 * `created_time`, `email_user` and `email_domain`, `logo_scheme` and `logo_path`.
 */
function formatParts({ failure }: Search, path: readonly string[], beside: readonly Candidate[]): Parts[] {
  const wanted = schemasAt(failure.contract.jsonSchema, path).map(({ format }) => format);
  const format = wanted.flatMap((name) => (typeof name === 'string' ? (formats[name] ?? []) : []))[0];
  if (format === undefined) return [];
  const { separator, parts, droppable } = format;
  const words = wordsOf(path.at(-1)!);
  const [firsts, seconds] = parts.map(({ looks, says }) =>
    beside.filter(({ value, words: { leaf } }) => {
      const isCalledAfter = words.every((word) => leaf.includes(word) || droppable.has(word));
      const isOnlyPart =
        leaf.every((word) => words.includes(word) || says.has(word)) ||
        (separator === '://' && words.every((word) => leaf.includes(word)));
      return isCalledAfter && isOnlyPart && looks.test(value as string);
    }),
  );
  return firsts!.flatMap((first) =>
    seconds!.flatMap((second) => (first === second ? [] : [{ parts: [first, second], separator }])),
  );
}

function namedParts(path: readonly string[], beside: readonly Candidate[]): Parts[] {
  const name = wordsOf(path.at(-1)!);
  return name.flatMap((_, at) =>
    compositions
      .filter(({ wholes }) => isCalled(wholes, name.slice(at)))
      .flatMap(({ first, second, separator }) => {
        const called = (names: readonly string[]) =>
          beside.filter(
            ({ words }) =>
              isCalled(names, behind(name.slice(0, at), words.leaf)) ||
              names.some((part) => isBothNames(words.leaf, name.slice(0, at), part.split(' '))),
          );
        // Without the name between them, or what follows, it would be half of one.
        if (beside.some((candidate) => isFurtherNamePart(candidate.path.at(-1)!))) return [];
        const [[start, ...otherStarts], [end, ...otherEnds]] = [called(first), called(second)];
        if (start === undefined || end === undefined || otherStarts.length + otherEnds.length > 0) return [];
        return [{ parts: [start, end], separator }];
      }),
  );
}
