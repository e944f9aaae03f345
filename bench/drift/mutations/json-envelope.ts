import type { JsonObject } from '../../../src/model/json.ts';
import { planLimits } from '../../../src/repair/plans/parse-plan.ts';
import type { Operation } from '../../../src/model/plan.ts';
import { isDeclared } from '../../../src/repair/plans/schema-paths.ts';
import type { Draw, Mutation } from '../drift.ts';
import { pointer } from '../paths.ts';
import { textEnvelopes } from '../vocabulary/containers.ts';

/** The whole payload as JSON text in one field. */
const envelope: Draw = ({ event, subject, random }, focus) => {
  const name = random.pick(textEnvelopes);
  const root = subject.contract.jsonSchema;
  if (focus !== undefined || isDeclared(root, [name])) return undefined;
  const declared = Object.keys(event).filter((field) => isDeclared(root, [field]));
  if (declared.length >= planLimits.operations) return undefined;
  return {
    style: `all in ${name}`,
    touches: [''],
    apply: (event): JsonObject => ({ [name]: JSON.stringify(event) }),
    inverse: [
      { op: 'parse', path: pointer([name]) },
      ...declared.map((field): Operation => ({
        op: 'move',
        from: pointer([name, field]),
        to: pointer([field]),
      })),
    ],
  };
};

export const jsonEnvelopes: Mutation[] = [
  { kind: 'json_text.whole', expected: 'repair', weight: 1, draw: envelope },
];
