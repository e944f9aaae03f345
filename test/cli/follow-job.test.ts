import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it } from 'vitest';
import { cliFolder } from './support.ts';

it('goes on watching a job when the service was away for a moment', async () => {
  const job = { id: 'job_1', kind: 'replay', total: 3, failed: 0, failed_again: 0 };
  const answers = [undefined, { ...job, state: 'done', done: 3, finished_at: '2026-01-01T00:00:00Z' }];
  const server = createServer((request, response) => {
    if (request.url === '/health') return void response.end('{"status":"ok"}');
    const answer = answers.shift();
    if (answer === undefined) return void request.socket.destroy();
    return void response.end(JSON.stringify(answer));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const shell = await cliFolder();
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const { code, out, err } = await shell.cli(['jobs', 'watch', 'job_1', '--url', url]);
  expect([code, out]).toEqual([0, 'job_1: replay done, 3 of 3\n']);
  expect(err).toMatch(/^the service can't be reached: .+; trying again\n$/);
  await shell.dispose();
  server.closeAllConnections();
  server.close();
});
