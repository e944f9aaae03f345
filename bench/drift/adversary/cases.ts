import { contractFromJsonSchema } from '../../../src/contracts/json-schema/compile.ts';
import { type DriftCase, makeCases } from '../cases.ts';
import type { Subject } from '../corpus/subject.ts';
import type { Mutation } from '../drift.ts';
import { schemaOf } from '../shape.ts';
import { containerDecoys } from './containers.ts';
import { nameDecoys } from './names.ts';
import { services } from './services.ts';
import { trades } from './trades.ts';
import { valueDecoys } from './values.ts';

/** What an adversary sends instead of a field: the right answer is always a refusal. */
export const decoys: readonly Mutation[] = [...nameDecoys, ...containerDecoys, ...valueDecoys];

export function tradeSubjects(): Subject[] {
  return [...trades, ...services].map(({ name, contract, event }) => {
    const compiled = contractFromJsonSchema({
      'x-contract': { name, version: '1.0.0', key: Object.keys(contract)[0]! },
      ...schemaOf(contract),
    });
    if (!compiled.validate(event).ok) throw new Error(`the event of ${name} is not valid`);
    return { contract: compiled, weight: 1, event: () => structuredClone(event), sibling: (own) => own };
  });
}

/** Decoys for each of the contracts alike; of small ones that were written for it twice as many. */
export function adversaryCases(
  subjects: readonly Subject[],
  { seed, count }: { seed: string; count: number },
): { cases: DriftCase[]; contracts: number } {
  const all = [
    ...subjects.map((subject) => ({ ...subject, weight: 1 })),
    ...tradeSubjects().map((subject) => ({ ...subject, weight: 2 })),
  ];
  const { cases } = makeCases({ subjects: all, mutations: decoys, seed: `${seed} adversary`, count });
  return { cases, contracts: all.length };
}
