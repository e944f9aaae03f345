import type { DeadLetterCounts } from '../../dead-letter/counts.ts';
import type { Violation } from '../../model/violation.ts';
import { violationsKey } from '../../validate/signature.ts';
import type { Condition } from './alert.ts';

type Letters = Pick<DeadLetterCounts, 'openGroups' | 'groups'>;

const mostNamed = 3;
const mostCompared = 20;

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
      const beside =
        others.length === 0 ? '' : ` and ${others.length} more ${others.length === 1 ? 'field' : 'fields'}`;
      const like = await letters.groups({ contract, source }, { limit: mostCompared });
      const isTwin = like.items.some(
        (one) =>
          one.signature !== signature && violationsKey(one.violations) === violationsKey([field, ...others]),
      );
      return {
        title: `Events of ${contract} from ${source} fail at ${nameOf(field)}${beside}${isTwin ? ', with other fields or another version' : ''}`,
        detail: [...shown, ...more, ...(isTwin ? [twin(signature)] : []), kept].join('\n'),
      };
    },
  }));

const twin = (signature: string): string =>
  `Another group fails in the same place; the events of this one, ${signature.slice(0, 8)}, have other undeclared fields or another version of the contract.`;
const kept = 'They are kept as dead letters until somebody settles them.';

const nameOf = ({ path }: Violation): string => (path === '' ? 'the whole event' : path);

/** Not the violation's own message: the author of a contract may have put a value into it. */
const sentenceOf = (violation: Violation): string =>
  `${nameOf(violation)}: ${violation.code}, expected ${violation.expected}, found ${violation.found}.`;
