import { expect, it } from 'vitest';
import { z } from 'zod';
import { defineContract } from '../../../src/contracts/index.ts';
import { heuristicsHealer } from '../../../src/repair/healers/heuristics/index.ts';
import { errorSignature } from '../../../src/validate/signature.ts';
import type { JsonObject } from '../../../src/model/json.ts';
import { measureWork } from '../../helpers/work.ts';

/** A drifted event costs work in proportion to its bytes, however many fields look like the one that is missing. */
const contract = defineContract({
  name: 'thing',
  version: '1.0.0',
  key: 'id',
  schema: z.object({ id: z.string(), email: z.string(), full_name: z.string(), tags: z.array(z.string()) }),
});
const base = { id: 'a', full_name: 'Ada', tags: ['x'] };
const count = 9000;
const list = <T>(make: (at: number) => T): T[] => Array.from({ length: count }, (_, at) => make(at));
const object = (make: (at: number) => [string, unknown]) => Object.fromEntries(list(make));

const shapes: [string, object][] = [
  [
    'more fields than anybody compares',
    { ...base, ...object((at) => [`p${at}`, { email: 'a@b.de', b: 1 }]) },
  ],
  ['objects with a name of their own', { ...base, l: list((at) => ({ [`k${at}`]: 1 })) }],
  ['names that hold the missing one', { ...base, ...object((at) => [`email_${at}`, 'a@b.de']) }],
  ['names that are a slip of the keys away', { ...base, ...object((at) => [`emai${at}`, 'a@b.de']) }],
  ['the missing name, deeper and deeper', { ...base, o: object((at) => [`p${at}`, { email: 'a@b.de' }]) }],
  ['a list in the place of a text', { ...base, email: list(() => 'a@b.de') }],
  ['an object in the place of a text', { ...base, email: object((at) => [`k${at}`, 'a@b.de']) }],
  ['objects in the place of texts', { ...base, email: 'a', tags: list((at) => ({ value: `${at}` })) }],
  ['a text to be cut', { ...base, email: 'a', tags: list((at) => at).join(',') }],
  ['JSON in a text', { ...base, email: JSON.stringify(list((at) => ({ [`k${at}`]: at }))), tags: '[' }],
  ['long names', { ...base, ['email'.repeat(40_000)]: 'a@b.de', ['e_mail'.repeat(40_000)]: 'a@b.de' }],
];

const nsPerByte = 5000;
const freeMs = 1000;

it.each(shapes)('%s', async (_, shape) => {
  const event = shape as JsonObject;
  const validation = contract.validate(event);
  if (validation.ok) throw new Error('it has not drifted');
  const { violations } = validation;
  const work = measureWork();
  const { name, version, jsonSchema } = contract;
  const signature = errorSignature({ contract: name, version, source: 's', violations, event, jsonSchema });
  await heuristicsHealer().propose({ contract, source: 's', event, violations, signature }, {} as never);
  expect(work()).toBeLessThan(freeMs + (JSON.stringify(event).length * nsPerByte) / 1e6);
});
