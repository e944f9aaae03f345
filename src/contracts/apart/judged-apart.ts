import type { Contract, Validation } from '../contract.ts';
import { brokenContract } from '../fence.ts';
import type { Violation } from '../../model/violation.ts';
import type { ContractRegistry } from '../registry.ts';
import type { Judge } from './judge.ts';
import { type Question, labelOf } from './question.ts';

/** The ways to do work that may ask contracts with code of their own; see `Judge`. */
export type Apart = Pick<Judge, 'atOnce' | 'together' | 'inTurn' | 'close'>;

/** Where no contract has code of its own. */
export const nothingApart: Apart = {
  atOnce: (work) => ({ value: work() }),
  together: async (works) => works.map((work) => ({ value: work() })),
  inTurn: async (work) => work(),
  close: () => undefined,
};

/**
 * Has the contracts with code of their own judged in another thread; the others stay as they are, and run here at full
 * speed. `start` is called when there are any.
 */
export function judgeApart(registry: ContractRegistry, start: () => Judge): Apart {
  const apart = registry.allRegistered().filter(({ ownCode }) => ownCode !== undefined);
  if (apart.length === 0) return nothingApart;
  const judge = start();
  for (const contract of apart) registry.register(judgedBy(judge, contract), { override: true });
  return judge;
}

function judgedBy(judge: Judge, contract: Contract): Contract {
  const { name, version } = contract;
  const label = labelOf(contract);
  const schemaLength = JSON.stringify(contract.jsonSchema).length;
  const ask = (about: Pick<Question, 'event' | 'fields'>) =>
    judge.ask(label, { name, version, schemaLength, ...about });
  return {
    ...contract,
    ready: () => judge.ready(),
    validate(event) {
      const asked = ask({ event });
      if (asked?.answer !== undefined) return asked.answer as Validation;
      const what = 'did not finish its check of an event, and had to be ended, or ended its process';
      return { ok: false, violations: [brokenContract('contract_hung', contract, event, [], what)] };
    },
    checkFields(fields) {
      if (ask({ fields })?.answer !== true) return undefined;
      return (event) => ask({ fields, event })?.answer as Violation[] | undefined;
    },
  };
}
