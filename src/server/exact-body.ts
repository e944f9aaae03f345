import type { FastifyInstance } from 'fastify';
import { parseExact } from '../ingest/exact-json.ts';
import { inspect } from '../ingest/inspect.ts';
import type { Json } from '../json.ts';

/**
 * For routes that take events: a number that JavaScript would round stays the text that was sent, as at ingest. A key
 * that stands twice is refused.
 */
export function readBodiesExactly(app: FastifyInstance): void {
  const parse = app.getDefaultJsonParser('error', 'error');
  app.removeContentTypeParser('application/json');
  app.addContentTypeParser<string>('application/json', { parseAs: 'string' }, (request, text, done) =>
    parse(request, text, (error, value: Json | undefined) => {
      if (error !== null || value === undefined) return done(error, value);
      // Depth is the event's contract's business here; the size of a body is limited.
      const inspected = inspect(text, value, Number.POSITIVE_INFINITY);
      if (!inspected.ok) return done(Object.assign(new Error(inspected.error.detail), { statusCode: 400 }));
      done(null, inspected.value.exact ? parseExact(text) : value);
    }),
  );
}
