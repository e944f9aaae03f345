import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PassThrough, type Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SentinelError } from '../../src/model/errors.ts';
import { createDeliveries } from '../../src/ingest/create-deliveries.ts';
import { memoryState } from '../../src/testing/memory-state.ts';
import { IngestHandler } from '../../src/ingest/handler.ts';
import { forEachEvent } from '../../src/ingest/record.ts';
import { createLogger } from '../../src/support/log.ts';
import { createAuthorize } from '../../src/sources/authorize.ts';
import { until } from '../helpers/until.ts';
import { cliFolder } from './support.ts';

let shell: Awaited<ReturnType<typeof cliFolder>>;
let server: Server;
let url: string;
/** What was accepted: source and event. */
let accepted: [string | undefined, unknown][];
let requests: number;
/** How often the queue is full before it takes anything. */
let busy: number;

beforeEach(async () => {
  shell = await cliFolder();
  accepted = [];
  requests = 0;
  busy = 0;
  const keys = { find: () => undefined, areNeeded: () => false, used: () => undefined };
  const authorized = createAuthorize({ token: 'secret', keys, clientAddress: () => 'test' });
  const ingest = new IngestHandler({
    authorize: (request, source) => {
      const actor = authorized(request, { role: 'ingest', source });
      return actor.ok ? undefined : actor.error;
    },
    rateLimit: () => undefined,
    clientAddress: () => 'test',
    deliveries: createDeliveries(
      { state: memoryState(), publish: async () => undefined },
      'raw_event',
      () => undefined,
    ),
    limits: { maxBodyBytes: 2 ** 20, maxEvents: 4, maxDepth: 8 },
    log: createLogger({ level: 'silent', format: 'json' }),
    publish: async ({ body }) => {
      if (busy-- > 0) throw new SentinelError('engine_full', 'full');
      forEachEvent(body, ({ header, event }) => accepted.push([header.source, event]));
    },
  });
  server = createServer((request, response) => {
    if (request.url === '/health') {
      response.end('{"status":"ok"}');
    } else {
      requests++;
      ingest.handle(request, response);
    }
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(async () => {
  server.closeAllConnections();
  server.close();
  await shell.dispose();
});

const run = (args: string[], stdin: string | Readable = '') =>
  shell.cli(['ingest', ...args, '--url', url], { stdin, env: { SENTINEL_API_TOKEN: 'secret' } });
const lines = (...events: unknown[]) => events.map((event) => JSON.stringify(event)).join('\n');

describe('sentinel ingest', () => {
  it('sends a file in batches, under the name of the source', async () => {
    await writeFile(join(shell.folder, 'events.ndjson'), lines({ n: 1 }, { n: 2 }, { n: 3 }));
    const { code, out } = await run(['events.ndjson', '--source', 'shop', '--batch', '2']);
    expect(code).toBe(0);
    expect(out).toContain('3 events accepted, 0 refused');
    expect(requests).toBe(2);
    expect(accepted).toEqual([1, 2, 3].map((n) => ['shop', { n }]));
  });

  it('reads standard input, and sums up as JSON', async () => {
    const { code, out } = await run(['-', '--json'], '[{"n":1},{"n":2}]');
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ accepted: 2, refused: 0 });
  });

  it('sends the lines of a slow pipe as they come', async () => {
    const pipe = new PassThrough();
    const running = run(['-', '--json'], pipe);
    for (let n = 1; n <= 3; n++) {
      pipe.write(`${lines({ n })}\n`);
      await until(() => accepted.length === n);
    }
    pipe.end(lines({ n: 4 }, { n: 5 }));
    expect(JSON.parse((await running).out)).toMatchObject({ accepted: 5, refused: 0 });
    expect(requests).toBe(4);
  });

  it('ends when the service refuses, though the pipe stays open', async () => {
    const pipe = new PassThrough();
    busy = 100;
    pipe.write(`${lines({ n: 1 })}\n`);
    const { code, err } = await run(['-', '--max-wait', '0'], pipe);
    expect([code, err]).toEqual([1, expect.stringContaining('go on with --from-line 1')]);
  });

  it('names each refused line by its number in the file, and sends the others', async () => {
    const { code, out, err } = await run(
      ['-', '--batch', '4'],
      `${lines({ n: 1 })}\n\nbroken\n${lines({ n: 2 }, 3)}\n`,
    );
    expect(code).toBe(1);
    expect(out).toContain('2 events accepted, 2 refused');
    expect(err).toContain('line 3: not valid JSON');
    expect(err).toContain('line 5: not a JSON object');
    expect(accepted.map(([, event]) => event)).toEqual([{ n: 1 }, { n: 2 }]);
  });

  it("halves a batch that is too large for the service's limits", async () => {
    const { code } = await run(['-'], lines(...Array.from({ length: 10 }, (_, n) => ({ n }))));
    expect(code).toBe(0);
    expect(accepted).toHaveLength(10);
  });

  it('waits for a full queue as long as the service says', async () => {
    busy = 1;
    const { code } = await run(['-'], lines({ n: 1 }));
    expect(code).toBe(0);
    expect(accepted).toHaveLength(1);
    expect(requests).toBe(2);
  });

  it('gives up when told not to wait, and says where to go on', async () => {
    busy = 100;
    const { code, err } = await run(['-', '--max-wait', '0'], lines({ n: 1 }));
    expect(code).toBe(1);
    expect(err).toContain('go on with --from-line 1');
  });

  it('goes on where it is told to', async () => {
    await run(['-', '--from-line', '2'], lines({ n: 1 }, { n: 2 }));
    expect(accepted.map(([, event]) => event)).toEqual([{ n: 2 }]);
  });

  it('says what is missing when the token is wrong', async () => {
    const { code, err } = await run(['-', '--token', 'wrong'], lines({ n: 1 }));
    expect(code).toBe(1);
    expect(err).toContain('Key needed');
    expect(err).not.toContain('..');
  });

  it('needs a service', async () => {
    server.closeAllConnections();
    server.close();
    const { code, err } = await run(['-'], lines({ n: 1 }));
    expect(code).toBe(1);
    expect(err).toContain('start the service with: sentinel start');
  });
});
