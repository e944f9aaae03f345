import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Subject } from '../../bench/drift/corpus/subject.ts';
import { decide } from '../../bench/drift/decision.ts';
import { type Shape, schemaOf } from '../../bench/drift/shape.ts';
import { contractFromJsonSchema } from '../../src/contracts/json-schema/compile.ts';
import { type Json, type JsonObject, isObject } from '../../src/model/json.ts';
import { heuristicsHealer } from '../../src/repair/healers/heuristics/index.ts';
import { openRuleStore } from '../../src/repair/rules/store.ts';
import { silent } from '../helpers/healing.ts';
import { memoryState } from '../../src/testing/memory-state.ts';

/** What has to come of an event: these fields at least, or a refusal. */
type Right = JsonObject | 'refused';

/** What one sender sends, one event after the other: what was learned from one may repair the next. A list of rights: any of them. */
interface Sender {
  kind: string;
  contract: string;
  fields: Shape;
  events: [JsonObject, Right | Right[]][];
}

const senders = ['kinds-of-drift', 'kinds-of-healing', 'kinds-of-doubt'].flatMap((name) =>
  readFileSync(new URL(`../fixtures/${name}.ndjson`, import.meta.url), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Sender),
);

/** The events by way of the service: a known rule, the contract, the heuristics, whose plan becomes a rule. */
async function follow({ contract: name, fields, events }: Sender): Promise<void> {
  const contract = contractFromJsonSchema({ 'x-contract': { name, version: '1.0.0' }, ...schemaOf(fields) });
  const subject: Subject = { contract, weight: 1, event: () => ({}), sibling: (own) => own };
  const rules = await openRuleStore(memoryState(), {
    ttlDays: 7,
    contracts: { get: () => contract },
    log: silent,
  });
  const { signal } = new AbortController();
  for (const [event, right] of events) {
    const decision = await decide(event, 'sender', subject, { rules }, heuristicsHealer(), signal);
    const made = decision.by === 'nobody' ? 'refused' : decision.value;
    const isRight = [right].flat().some((each) => each === made || (isObject(each) && holds(made, each)));
    if (!isRight) expect(made, JSON.stringify(event)).toEqual(right);
  }
}

function holds(value: Json | undefined, wanted: Json): boolean {
  if (!isObject(wanted)) return JSON.stringify(value) === JSON.stringify(wanted);
  if (value === undefined || !isObject(value)) return false;
  return Object.entries(wanted).every(([name, inner]) => holds(value[name], inner));
}

describe('kinds of drift, sender by sender', () => {
  it.each(senders.map((sender) => [sender.kind, sender.contract, sender] as const))(
    '%s: %s',
    async (_kind, _contract, sender) => follow(sender),
  );
});
