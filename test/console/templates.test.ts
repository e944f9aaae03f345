import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Contract } from '../../console/src/api/types.ts';
import { templates } from '../../console/src/pages/test/templates.ts';
import { type RunningSentinel, post, startProcess } from '../helpers/sentinel.ts';
import { until } from '../helpers/until.ts';

/** What the page promises of each template. */
const promised: Record<string, string> = {
  good: 'loaded',
  renamed: 'repaired',
  'unknown-name': 'dead_letter',
  missing: 'dead_letter',
  wrong: 'dead_letter',
  undeclared: 'loaded',
};

describe('the events that the test page offers', () => {
  let service: RunningSentinel;
  beforeAll(async () => {
    service = await startProcess();
  });
  afterAll(() => service?.stop());

  it('become what it says, for each contract', async () => {
    const get = async (path: string) => (await fetch(`${service.url}${path}`)).json();
    const { items: contracts } = (await get('/api/v1/contracts')) as { items: Contract[] };
    expect(contracts.length).toBeGreaterThan(2);
    const sent = contracts.flatMap((contract) =>
      templates.map(({ key, make }) => ({
        key,
        of: `${contract.name} ${contract.version}`,
        event: make(contract),
      })),
    );
    const became = await Promise.all(
      sent.map(async ({ key, of, event }) => {
        const answer = await post(`${service.url}/ingest/console`, event);
        const { request_id: id } = (await answer.json()) as { request_id: string };
        let status = '';
        await until(async () => {
          ({ status } = (await get(`/api/v1/events/${id}`)) as { status: string });
          return status !== 'accepted' && status !== 'healing';
        });
        return `${of}, ${key}: ${status}`;
      }),
    );
    expect(became).toEqual(sent.map(({ key, of }) => `${of}, ${key}: ${promised[key]}`));
  });
});
