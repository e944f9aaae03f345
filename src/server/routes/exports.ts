import { createReadStream } from 'node:fs';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { exportRoutes as table } from '../../api/routes/exports.ts';
import type { ServerContext } from '../context.ts';
import { mount } from '../mount.ts';
import { sendProblem, unprocessable } from '../replies.ts';

export function exportRoutes(app: FastifyInstance, { pipeline }: ServerContext): void {
  mount(app, table, {
    'POST /api/v1/exports': ({ body }) => pipeline.beginExport(body),
    'POST /api/v1/snapshots': () => pipeline.beginExport({ snapshot: true }),
    'GET /api/v1/exports/{id}': ({ params }) => pipeline.exportStatus(params.id),
    'GET /api/v1/exports/{id}/file': async ({ params, request }, reply) =>
      sendFile(await pipeline.exportFile(params.id), request.headers.range, reply),
    async 'DELETE /api/v1/exports/{id}'({ params }) {
      await pipeline.removeExport(params.id);
      return { id: params.id };
    },
  });
}

/** The file, or its end from the byte that the range names; other ranges get it whole, as the standard allows. */
function sendFile(
  { path, bytes }: { path: string; bytes: number },
  range: string | undefined,
  reply: FastifyReply,
): FastifyReply {
  const start = Number(/^bytes=(\d{1,15})-$/.exec(range ?? '')?.[1] ?? 0);
  if (start > bytes) return sendProblem(reply, unprocessable(`The file has ${bytes} bytes only.`));
  if (start > 0)
    void reply.code(206).header('content-range', `bytes ${start}-${Math.max(start, bytes - 1)}/${bytes}`);
  // Told beforehand, so that whoever gets less knows.
  void reply.header('content-length', bytes - start).header('accept-ranges', 'bytes');
  return reply.type('application/octet-stream').send(createReadStream(path, { start }));
}
