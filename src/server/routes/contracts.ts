import type { FastifyInstance } from 'fastify';
import type { DriftField } from '../../observe/history/drift-fields.ts';
import type { SourceInfo } from '../../observe/history/sources.ts';
import type { ServerContext } from '../context.ts';
import { notFound, sendProblem } from '../replies.ts';

export function contractRoutes(app: FastifyInstance, { pipeline }: ServerContext): void {
  app.get('/api/v1/contracts', async () => ({ items: await pipeline.contracts() }));
  app.get('/api/v1/flow', () => pipeline.flow());

  app.get<{ Params: { name: string } }>('/api/v1/contracts/:name/drift', async (request, reply) => {
    const { name } = request.params;
    const fields = await pipeline.drift(name);
    const isKnown =
      fields.length > 0 || (await pipeline.contracts()).some((contract) => contract.name === name);
    if (!isKnown) return sendProblem(reply, notFound(`There is no contract "${name.slice(0, 64)}".`));
    return driftOf(name, fields, await pipeline.sources(name));
  });
}

/** What a contract does not declare and its sources send, and how its events of the last 24 hours fared. */
export interface ContractDrift {
  contract: string;
  /** Under load not every event is looked at. */
  sampled: true;
  fields: DriftField[];
  /** Null without events. */
  valid_share: number | null;
  /** Settled ones. */
  events: number;
  sources: { source: string; events: number; valid: number }[];
}

function driftOf(contract: string, fields: DriftField[], infos: readonly SourceInfo[]): ContractDrift {
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
