import { createHash } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import { eraseRoutes as table } from '../../api/routes/erase.ts';
import { createRequestIds } from '../../ingest/request-id.ts';
import type { ServerContext } from '../context.ts';
import { mount } from '../mount.ts';

const beyond = [
  'state that your own steps keep',
  'backups and exported files: the service does not know where they are',
];

export function eraseRoutes(app: FastifyInstance, { pipeline }: Pick<ServerContext, 'pipeline'>): void {
  const newId = createRequestIds();
  mount(app, table, {
    async 'POST /api/v1/erase'({ body: { where, dry_run: dryRun }, request }) {
      const { path, value } = where;
      const { destinations, unreached, ...found } = await pipeline.erase({ path, text: value }, dryRun);
      const sum = (kind: 'rows' | 'originals' | 'repeats') =>
        destinations.reduce((total, destination) => total + destination[kind], 0);
      const counts = {
        ...found,
        rows: sum('rows'),
        originals: sum('originals'),
        repeats: sum('repeats'),
        destinations,
        unreached: [...unreached, ...beyond],
      };
      if (dryRun) return { dry_run: true as const, path, ...counts };
      const receiptId = `erasure_${newId(1)}`;
      const { id, name } = request.actor;
      return {
        receipt_id: receiptId,
        at: new Date().toISOString(),
        actor: { id, name },
        path,
        // With the id, so that the same value cannot be followed from receipt to receipt.
        value_sha256: createHash('sha256').update(`${receiptId}\n${value}`).digest('hex'),
        ...counts,
      };
    },
  });
}
