import { expect, it } from 'vitest';
import { encodeCopy, encodeRetraction } from '../../src/load/replicas/message.ts';
import { partsOf } from '../../src/load/replicas/parts.ts';

const delivery = (body: Buffer, again?: true) => ({
  body,
  events: 1,
  position: { partition: 'main', offset: 0 },
  attempt: 1,
  ...(again && { again }),
});
const copy = (id: string) => {
  const header = { request_id: id, received_at: 1, source: 's', contract: 'c', version: '1.0.0' };
  return { message: delivery(encodeCopy(header, '{"a":"1\\n2"}')), copy: { header, text: '{"a":"1\\n2"}' } };
};
const retraction = (id: string, again?: true) =>
  delivery(encodeRetraction({ request_id: id, rule_id: 'r' }), again);

it('a batch is cut where copies and retractions meet, in its order', () => {
  const [a, b, c] = [copy('a'), copy('b'), copy('c')];
  const batch = [a.message, b.message, retraction('a'), retraction('b'), retraction('x', true), c.message];
  expect(partsOf(batch)).toEqual([
    { kind: 'copies', copies: [a.copy, b.copy] },
    {
      kind: 'retracted',
      retracted: [
        { request_id: 'a', rule_id: 'r' },
        { request_id: 'b', rule_id: 'r' },
      ],
      again: false,
    },
    { kind: 'retracted', retracted: [{ request_id: 'x', rule_id: 'r' }], again: true },
    { kind: 'copies', copies: [c.copy] },
  ]);
  expect(partsOf([])).toEqual([]);
});
