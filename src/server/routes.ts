import type { FastifyInstance } from 'fastify';
import type { ServerContext } from './context.ts';
import type { EventStreams } from './event-stream.ts';
import { alertRoutes } from './routes/alerts.ts';
import { auditRoutes } from './routes/audit.ts';
import { consoleRoutes } from './routes/console.ts';
import { consumerRoutes } from './routes/consumers.ts';
import { contractRoutes } from './routes/contracts.ts';
import { correctionRoutes } from './routes/corrections.ts';
import { deadLetterRoutes } from './routes/dead-letters.ts';
import { deadLetterDiscardRoutes } from './routes/dead-letter-discards.ts';
import { deadLetterEditRoutes } from './routes/dead-letter-edits.ts';
import { documentRoutes } from './routes/document.ts';
import { eraseRoutes } from './routes/erase.ts';
import { eventRoutes } from './routes/events.ts';
import { exportRoutes } from './routes/exports.ts';
import { flowActivityRoutes } from './routes/flow-activity.ts';
import { healingRoutes } from './routes/healing.ts';
import { statsRoutes } from './routes/stats.ts';
import { jobRoutes } from './routes/jobs.ts';
import { keyRoutes } from './routes/keys.ts';
import { logRoutes } from './routes/logs.ts';
import { queryRoutes } from './routes/query.ts';
import { repairRoutes } from './routes/repairs.ts';
import { ruleRoutes } from './routes/rules.ts';
import { sourceRoutes } from './routes/sources.ts';
import { stateRoutes } from './routes/state.ts';
import { stepRoutes } from './routes/steps.ts';
import { parseExact } from '../model/exact-json.ts';
import { inspect } from '../ingest/inspect.ts';
import { type Json, isObject } from '../model/json.ts';

/** All that a process other than a worker answers, beside ingest. */
export async function apiRoutes(
  app: FastifyInstance,
  context: ServerContext,
  streams: EventStreams,
): Promise<void> {
  eventRoutes(app, context);
  deadLetterRoutes(app, context);
  deadLetterDiscardRoutes(app, context);
  void app.register(async (scope) => {
    // The event stands within the body.
    readBodiesExactly(scope, { maxDepth: context.config.http.maxDepth + 1 });
    deadLetterEditRoutes(scope, context);
  });
  void app.register(async (scope) => correctionRoutes(scope, context));
  jobRoutes(app, context);
  alertRoutes(app, context);
  ruleRoutes(app, context);
  healingRoutes(app, context);
  repairRoutes(app, context);
  contractRoutes(app, context);
  flowActivityRoutes(app, context);
  statsRoutes(app, context, streams);
  logRoutes(app, context, streams);
  sourceRoutes(app, context);
  consumerRoutes(app, context);
  stateRoutes(app, context);
  queryRoutes(app, context);
  exportRoutes(app, context);
  eraseRoutes(app, context);
  keyRoutes(app, context);
  auditRoutes(app);
  documentRoutes(app);
  consoleRoutes(app, context.config.http.basePath);
  await stepRoutes(app, context);
}

/**
 * For routes that take events: a number that JavaScript would round stays the text that was sent, as at ingest. A key
 * that stands twice is refused, and so is what nests deeper than `maxDepth`.
 */
function readBodiesExactly(app: FastifyInstance, { maxDepth }: { maxDepth: number }): void {
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
