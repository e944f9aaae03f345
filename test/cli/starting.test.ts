import { once } from 'node:events';
import { type AddressInfo } from 'node:net';
import { createServer } from 'node:http';
import { expect, it } from 'vitest';
import { problemBody } from '../../src/api/problem.ts';
import { runCommand } from '../helpers/command.ts';

it('a command waits for a service that starts', async () => {
  let asked = 0;
  const server = createServer((request, response) => {
    if (request.url === '/health') return void response.end('{"status":"ok"}');
    if (++asked === 3) return void response.end('{"items":[]}');
    response.writeHead(503, { 'retry-after': '0' });
    response.end(problemBody({ status: 503, code: 'starting', title: 'The service starts', detail: '' }));
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  const done = await runCommand('.', ['jobs', 'list', '--url', `http://127.0.0.1:${port}`]);
  server.close();
  expect(done).toMatchObject({ code: 0, err: expect.stringContaining('There are no jobs') as string });
  expect(asked).toBe(3);
});
