import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { SentinelError } from '../../model/errors.ts';
import type { Pipeline } from '../../runtime/pipeline-api.ts';
import { routesWhenFree } from '../../runtime/routes-when-free.ts';
import type { ServerContext } from '../context.ts';
import { sendProblem } from '../replies.ts';
import { isUtf8 } from 'node:buffer';
import type { Problem } from '../../api/problem.ts';
import type { HttpConfig } from '../../config/types.ts';
import { inspect } from '../../ingest/inspect.ts';
import { parseExact } from '../../model/exact-json.ts';
import type { Json } from '../../model/json.ts';
import { type Result, fail, ok } from '../../model/result.ts';
import { readForm } from '../../sources/formats/form.ts';

type StepRoute = Awaited<ReturnType<Pipeline['routes']>>[number];

/** Mounts the `http` triggers of steps. Their handlers run in the pipeline's thread. */
export async function stepRoutes(app: FastifyInstance, context: ServerContext): Promise<void> {
  const routes = await routesWhenFree(context.pipeline);
  void app.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    // The handler reads the body: a signature is made over its bytes.
    scope.addContentTypeParser('*', (_request, _payload, done) => done(null));
    for (const route of routes) {
      refuseUnknownSource(route, context);
      mountStep(scope, route, context);
    }
  });
}

/** A name that is misspelt must not open a route that was meant to be verified. */
function refuseUnknownSource({ method, path, source }: StepRoute, { sources }: ServerContext): void {
  if (source === undefined || sources(source).known) return;
  throw new SentinelError(
    'step_invalid',
    `the step at ${method} ${path} names the source ${source}, which the settings do not have: add sources.${source}`,
  );
}

function mountStep(app: FastifyInstance, route: StepRoute, context: ServerContext): void {
  const { method, path, source } = route;
  const { config, ingest, pipeline } = context;

  async function answer(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const { headers, raw } = request;
    const received = await ingest.receive(raw, source);
    if (!received.ok) return sendProblem(reply, received.error);
    const { wire, plain } = received.value;
    const body = readStepBody(plain, headers['content-type'], config.http);
    if (!body.ok) return sendProblem(reply, body.error);
    const answered = await pipeline.callRoute(route, {
      body: body.value,
      rawBody: wire.toString('base64'),
      query: request.query as Record<string, string>,
      headers,
      params: request.params as Record<string, string>,
    });
    return reply
      .code(answered.status)
      .headers(answered.headers ?? {})
      .send(answered.body);
  }

  app.route({
    method,
    url: path,
    // A source's own requests are let in by what the settings say of it.
    config: { role: source !== undefined ? 'anyone' : method === 'GET' ? 'read' : 'ingest' },
    handler: answer,
  });
}

/**
 * The body of a request that a step takes: JSON without rounding, a form as an object, text as a string; undefined when it is
 * empty or of another media type.
 */
function readStepBody(
  bytes: Buffer,
  contentType: string | undefined,
  { maxDepth, maxEventsPerRequest }: Pick<HttpConfig, 'maxDepth' | 'maxEventsPerRequest'>,
): Result<Json | undefined, Problem> {
  if (bytes.length === 0) return ok(undefined);
  const mediaType = (contentType ?? 'application/json').split(';', 1)[0]!.trim().toLowerCase();
  const isJson = mediaType === 'application/json' || mediaType.endsWith('+json');
  if (mediaType === 'application/x-www-form-urlencoded') {
    const form = readForm(bytes, contentType, maxEventsPerRequest);
    return form.ok ? readJson(form.value, maxDepth) : form;
  }
  if (!isJson && !mediaType.startsWith('text/')) return ok(undefined);
  if (!isUtf8(bytes)) return fail(badBody('It is not UTF-8.'));
  const text = new TextDecoder().decode(bytes); // without a byte order mark
  return isJson ? readJson(text, maxDepth) : ok(text);
}

function readJson(text: string, maxDepth: number): Result<Json, Problem> {
  let value: Json;
  try {
    value = JSON.parse(text) as Json;
  } catch {
    return fail(badBody('It is not JSON.')); // the parser's message quotes the body
  }
  const inspected = inspect(text, value, maxDepth);
  if (!inspected.ok) return fail({ ...badBody(inspected.error.detail), code: inspected.error.code });
  return ok(inspected.value.exact ? parseExact(text) : value);
}

const badBody = (detail: string): Problem => ({
  status: 400,
  code: 'invalid_body',
  title: 'The body cannot be read',
  detail,
});
