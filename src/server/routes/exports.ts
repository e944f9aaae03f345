import { createReadStream } from 'node:fs';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { backupRoutes as backupTable, exportRoutes as exportTable } from '../../api/routes/exports.ts';
import { queueCopyPrefix } from '../../load/exports.ts';
import { SentinelError } from '../../model/errors.ts';
import type { Pipeline } from '../../runtime/pipeline-api.ts';
import type { ServerContext } from '../context.ts';
import { mount } from '../mount.ts';
import { sendProblem, unprocessable } from '../replies.ts';

export function exportRoutes(app: FastifyInstance, { pipeline }: ServerContext): void {
  const ofRows = answersFor(pipeline, (id) => !id.startsWith(queueCopyPrefix));
  const ofQueue = answersFor(pipeline, (id) => id.startsWith(queueCopyPrefix));
  mount(app, exportTable, {
    'POST /api/v1/exports': ({ body }) => pipeline.beginExport(body),
    'POST /api/v1/snapshots': () => pipeline.beginExport({ snapshot: true }),
    'GET /api/v1/exports/{id}': ofRows.status,
    'GET /api/v1/exports/{id}/file': ofRows.file,
    'DELETE /api/v1/exports/{id}': ofRows.remove,
  });
  mount(app, backupTable, {
    'POST /api/v1/backups': () => pipeline.beginExport({ queue: true }),
    'GET /api/v1/backups/{id}': ofQueue.status,
    'GET /api/v1/backups/{id}/file': ofQueue.file,
    'DELETE /api/v1/backups/{id}': ofQueue.remove,
  });
}

/** Of those whose ids belong to the routes; of others they know nothing. */
function answersFor(pipeline: Pipeline, isOurs: (id: string) => boolean) {
  const ours = ({ params: { id } }: { params: { id: string } }): string => {
    if (isOurs(id)) return id;
    throw new SentinelError('not_found', `there is no ${id} here`);
  };
  return {
    status: (input: { params: { id: string } }) => pipeline.exportStatus(ours(input)),
    file: async (input: { params: { id: string }; request: FastifyRequest }, reply: FastifyReply) =>
      sendFile(await pipeline.exportFile(ours(input)), input.request.headers.range, reply),
    async remove(input: { params: { id: string } }) {
      await pipeline.removeExport(ours(input));
      return { id: input.params.id };
    },
  };
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
