import { ExactNumber } from '../../src/model/exact-number.ts';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type Incoming, encodeRecord, forEachEvent, headerOf } from '../../src/ingest/record.ts';
import { createRequestIds, requestIdsFrom } from '../../src/ingest/request-id.ts';

const nextId = createRequestIds();

function decoded(bodies: readonly Uint8Array[]): Incoming[] {
  const all: Incoming[] = [];
  for (const body of bodies) forEachEvent(body, (incoming) => all.push(incoming));
  return all;
}

it('gives back the events of many records, each with its id and its exact text', () => {
  const event = fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 2 }), { noNullPrototype: true });
  fc.assert(
    fc.property(
      fc.array(fc.array(event, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 5 }),
      (requests) => {
        const texts = requests.map((events) => events.map((item) => JSON.stringify(item)));
        fc.pre(!texts.flat().some((text) => text.includes('__proto__')));
        const ids = requests.map((events) => nextId(events.length));
        const bodies = texts.map((lines, index) =>
          encodeRecord({ id: ids[index]!, at: 1, n: lines.length }, lines.join('\n')),
        );
        const events = decoded(bodies);
        expect(events.map(({ text }) => text)).toEqual(texts.flat());
        expect(events.map(({ event }) => event)).toEqual(
          texts.flat().map((text) => JSON.parse(text) as unknown),
        );
        expect(events.map(({ requestId }) => requestId)).toEqual(
          texts.flatMap((lines, index) => lines.map((_, at) => requestIdsFrom(ids[index]!)(at))),
        );
        expect(headerOf(bodies[0]!)).toEqual({ id: ids[0], at: 1, n: requests[0]!.length });
      },
    ),
  );
});

it('keeps digits that a float would round, where the record says so', () => {
  const line = '{"amount":12345678901234567.89,"n":1.5}';
  const [incoming] = decoded([encodeRecord({ id: nextId(1), at: 1, n: 1, exact: true }, line)]);
  expect(incoming!.event).toEqual({ amount: new ExactNumber('12345678901234567.89'), n: 1.5 });
});
