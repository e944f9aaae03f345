import type { FastifyInstance } from 'fastify';
import { parseExact } from '../model/exact-json.ts';
import { inspect } from '../ingest/inspect.ts';
import { type Json, isObject } from '../model/json.ts';

/**
 * For routes that take events: a number that JavaScript would round stays the text that was sent, as at ingest. A key
 * that stands twice is refused, and so is what nests deeper than `maxDepth`.
 */
export function readBodiesExactly(app: FastifyInstance, { maxDepth }: { maxDepth: number }): void {
  const parse = app.getDefaultJsonParser('error', 'error');
  app.removeContentTypeParser('application/json');
  app.addContentTypeParser<string>('application/json', { parseAs: 'string' }, (request, text, done) =>
    parse(request, text, (error, value: Json | undefined) => {
      if (error !== null || !isObject(value)) return done(error, value);
      const inspected = inspect(text, value, maxDepth);
      if (!inspected.ok) return done(Object.assign(new Error(inspected.error.detail), { statusCode: 400 }));
      done(null, inspected.value.exact ? parseExact(text) : value);
    }),
  );
}
