import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { isSmallUuid, isUuid } from '../../src/model/uuid.ts';

const shape = /^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/;

describe('a UUID', () => {
  const uuid = randomUUID();
  const strange = ['g', '-', '/', ':', '`', '@', 'ａ', '٣', '\n', '\ud800', ' '];
  const texts = [
    uuid,
    '',
    `${uuid}0`,
    uuid.slice(1),
    `${uuid}\n`,
    uuid.replaceAll('-', ''),
    ...strange.flatMap((sign) => Array.from(uuid, (_, at) => uuid.slice(0, at) + sign + uuid.slice(at + 1))),
  ];

  it('is told as a regular expression tells it, in any case and small', () => {
    for (const text of texts.flatMap((one) => [one, one.toUpperCase()])) {
      expect([text, isSmallUuid(text)]).toEqual([text, shape.test(text)]);
      expect([text, isUuid(text)]).toEqual([text, new RegExp(shape, 'i').test(text)]);
    }
  });
});
