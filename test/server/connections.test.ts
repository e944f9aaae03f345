import { Agent, request } from 'node:http';
import { type Socket, connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunningSentinel, startProcess } from '../helpers/sentinel.ts';
import { until } from '../helpers/until.ts';

const limit = 10;
let sentinel: RunningSentinel;
beforeAll(async () => {
  // Those that wait must still be there when the last of the others comes.
  sentinel = await startProcess({ config: { http: { max_connections: limit, request_timeout_seconds: 3 } } });
});
afterAll(() => sentinel.stop());

interface Client {
  socket: Socket;
  answer: () => string;
}

async function open(sends = ''): Promise<Client> {
  let answer = '';
  const socket = connect(Number(new URL(sentinel.url).port), '127.0.0.1');
  socket.on('data', (chunk: Buffer) => (answer += chunk.toString()));
  // Being hung up on is what is looked at.
  socket.on('error', () => undefined);
  await new Promise((resolve) => socket.once('connect', resolve));
  if (sends !== '') socket.write(sends);
  return { socket, answer: () => answer };
}

const agent = new Agent({ keepAlive: true, maxSockets: 1 });
const health = () =>
  new Promise<{ status: number; again: boolean }>((resolve, reject) => {
    const outgoing = request(`${sentinel.url}/health`, { agent }, (response) => {
      response.resume();
      response.once('end', () => resolve({ status: response.statusCode!, again: outgoing.reusedSocket }));
    });
    outgoing.once('error', reject);
    outgoing.end();
  });
const refusals = () => sentinel.log().filter(({ code }) => code === 'too_many_connections');

describe('connections that only wait', () => {
  it('beyond http.max_connections are hung up on, which the log says; who has one is answered, and the slow lose theirs', async () => {
    expect(await health()).toEqual({ status: 200, again: false });
    const waiting = await Promise.all([
      ...Array.from({ length: limit - 3 }, () => open()),
      open('GET /health HTTP/1.1\r\nHost: loc'),
      open('POST /ingest HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{'),
    ]);
    const late = await Promise.all(Array.from({ length: 50 }, () => open()));
    await until(() => late.every(({ socket }) => socket.destroyed));
    expect(late.map(({ answer }) => answer()).join('')).toBe('');
    await until(() => refusals().length > 0);
    expect(refusals()[0]).toMatchObject({ level: 'warn', max_connections: limit });
    expect(refusals().length).toBeLessThan(10);
    expect(await health()).toEqual({ status: 200, again: true });

    await until(() => waiting.every(({ socket }) => socket.destroyed));
    expect(waiting.at(-1)!.answer()).toContain(' 408 ');
    // Longer idle than a request may take, and still there.
    expect(await health()).toEqual({ status: 200, again: true });
    expect((await fetch(`${sentinel.url}/health`)).status).toBe(200);
  });
});
