import { expect, it } from 'vitest';
import { banner } from '../../src/cli/banner.ts';
import { loadConfig } from '../../src/config/load.ts';
import { settled } from '../helpers/sentinel.ts';
import { startHere } from '../helpers/service-here.ts';

it('a start names the console, and an event that loads', async () => {
  const service = await startHere();
  try {
    const text = await banner(service.url, loadConfig({ cwd: service.dir, env: {} }));
    expect(text).toContain(`${service.url}/console`);
    const [, url, body] = /curl -X POST (\S+) -H 'content-type: application\/json' -d '(.+)'\n/.exec(text)!;
    const response = await fetch(url!, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: body!,
    });
    expect(response.status).toBe(202);
    const { request_id: id } = (await response.json()) as { request_id: string };
    expect(await settled(service.url, id)).toMatchObject({ status: 'loaded' });
  } finally {
    await service.stop();
  }
});
