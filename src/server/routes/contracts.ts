import type { FastifyInstance } from 'fastify';
import type { ReplyOf } from '../../api/route.ts';
import { contractRoutes as table } from '../../api/routes/contracts.ts';
import type { DriftField } from '../../observe/history/drift-fields.ts';
import type { SourceInfo } from '../../observe/history/sources.ts';
import { sqlDialects, toDdl } from '../../load/ddl.ts';
import type { ServerContext } from '../context.ts';
import { mount } from '../mount.ts';
import { notFound, sendProblem } from '../replies.ts';

export function contractRoutes(app: FastifyInstance, { pipeline, config }: ServerContext): void {
  mount(app, table, {
    'GET /api/v1/contracts': async () => ({ items: await pipeline.contracts() }),
    'GET /api/v1/flow': () => pipeline.flow(),

    'GET /api/v1/contracts/{name}/sample': ({ params: { name }, query: { version } }) =>
      pipeline.sampleEvent(name, version),

    async 'GET /api/v1/contracts/{name}/ddl'({ params: { name }, query }, reply) {
      const versions = (await pipeline.contracts()).filter((contract) => contract.name === name);
      if (versions.length === 0)
        return sendProblem(reply, notFound(`There is no contract "${name.slice(0, 64)}".`));
      const own = sqlDialects.find((dialect) => dialect === config.destination.type) ?? 'postgres';
      const { dialect = own } = query;
      return { dialect, ddl: toDdl(versions, dialect) };
    },

    async 'GET /api/v1/contracts/{name}/drift'({ params: { name } }, reply) {
      const fields = await pipeline.drift(name);
      const isKnown =
        fields.length > 0 || (await pipeline.contracts()).some((contract) => contract.name === name);
      if (!isKnown) return sendProblem(reply, notFound(`There is no contract "${name.slice(0, 64)}".`));
      return driftOf(name, fields, await pipeline.sources(name));
    },
  });
}

type Drift = ReplyOf<(typeof table)['GET /api/v1/contracts/{name}/drift']>;

function driftOf(contract: string, fields: DriftField[], infos: readonly SourceInfo[]): Drift {
  const sources = infos.map(({ source, valid, repaired, dead_letter, duplicate }) => ({
    source,
    events: valid + repaired + dead_letter + duplicate,
    valid: valid + duplicate,
  }));
  const sum = (key: 'events' | 'valid') => sources.reduce((total, source) => total + source[key], 0);
  const events = sum('events');
  return {
    contract,
    sampled: true,
    fields,
    valid_share: events === 0 ? null : sum('valid') / events,
    events,
    sources,
  };
}
