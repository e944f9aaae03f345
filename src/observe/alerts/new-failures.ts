import type { DeadLetterCounts } from '../../dead-letter/counts.ts';
import type { Violation } from '../../model/violation.ts';
import type { Condition } from './alert.ts';

type Letters = Pick<DeadLetterCounts, 'openGroups' | 'groups'>;

const mostNamed = 3;

/** The groups of dead letters; each is told of with the fields that fail. */
export const newFailures = (letters: Letters): Condition[] =>
  letters.openGroups().map(({ key, contract, source, signature, first }) => ({
    first,
    key: `new_failure/${key}`,
    kind: 'new_failure',
    title: `Events of ${contract} from ${source} fail in a new way`,
    detail: kept,
    page: `/dead-letters/group/${signature}?${new URLSearchParams({ contract, source })}`,
    async describe() {
      const { items } = await letters.groups({ contract, source, signature }, { limit: 1 });
      const [field, ...others] = items[0]?.violations ?? [];
      if (field === undefined) return {};
      const shown = [field, ...others].slice(0, mostNamed).map(sentenceOf);
      const left = others.length + 1 - mostNamed;
      const more = left > 0 ? [`… and ${left} more ${left === 1 ? 'field' : 'fields'}.`] : [];
      return {
        title: `Events of ${contract} from ${source} fail at ${nameOf(field)}`,
        detail: [...shown, ...more, kept].join('\n'),
      };
    },
  }));

const kept = 'They are kept as dead letters until somebody settles them.';

const nameOf = ({ path }: Violation): string => (path === '' ? 'the whole event' : path);

/** Not the violation's own message: the author of a contract may have put a value into it. */
const sentenceOf = (violation: Violation): string =>
  `${nameOf(violation)}: ${violation.code}, expected ${violation.expected}, found ${violation.found}.`;
