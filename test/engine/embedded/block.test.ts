import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeBlock, readBlock, readHeader } from '../../../src/engine/embedded/block.ts';

const messages = fc.array(
  fc.record({ body: fc.uint8Array({ maxLength: 50 }), events: fc.integer({ min: 0, max: 2 ** 32 - 1 }) }),
  { maxLength: 20 },
);
/** Counters stay exact up to 2 ** 53. */
const before = fc.record({ events: fc.nat({ max: 2 ** 50 }), bytes: fc.nat({ max: 2 ** 50 }) });

describe('a block', () => {
  it('gives back what was put in, from any message on, with the counters of the partition', () => {
    fc.assert(
      fc.property(messages, before, fc.nat(20), (sent, counters, from) => {
        const block = encodeBlock(sent, counters);
        expect(readHeader(block)).toEqual({
          count: sent.length,
          eventsBefore: counters.events,
          bytesBefore: counters.bytes,
        });
        const reader = readBlock(block, from);
        for (const { body, events } of sent.slice(from)) {
          expect(reader.peek()).toEqual({ bytes: body.length, events });
          expect(Uint8Array.from(reader.take())).toEqual(body);
        }
        expect(reader.peek()).toBeUndefined();
        const total = (count: (one: (typeof sent)[number]) => number) =>
          sent.reduce((sum, one) => sum + count(one), 0);
        expect(reader.eventsBefore()).toBe(counters.events + total(({ events }) => events));
        expect(reader.bytesAfter()).toBe(counters.bytes + total(({ body }) => body.length));
      }),
    );
  });

  it('of another format is not guessed at', () => {
    const block = encodeBlock([], { events: 0, bytes: 0 });
    block.writeUInt32LE(2, 0);
    expect(() => readBlock(block, 0)).toThrow('format 2');
  });
});
