// Posts NDJSON requests made beforehand over some connections, as fast as they are taken; a process of its own.
import { readFileSync } from 'node:fs';
import { Agent, request } from 'node:http';

const [url, file, linesPerRequest, connections] = process.argv.slice(2);
const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
const bodies = [];
for (let at = 0; at < lines.length; at += Number(linesPerRequest))
  bodies.push(Buffer.from(lines.slice(at, at + Number(linesPerRequest)).join('\n')));

const agent = new Agent({ keepAlive: true, maxSockets: Number(connections) });
const post = (body) =>
  new Promise((resolve, reject) => {
    const outgoing = request(
      url,
      {
        method: 'POST',
        agent,
        headers: { 'content-type': 'application/x-ndjson', 'content-length': body.length },
      },
      (response) => {
        response.resume();
        response.on('end', () =>
          Math.floor(response.statusCode / 100) === 2
            ? resolve()
            : reject(new Error(`ingest answered ${response.statusCode}`)),
        );
      },
    );
    outgoing.on('error', reject);
    outgoing.end(body);
  });

const start = performance.now();
const queue = bodies.values();
await Promise.all(
  Array.from({ length: Number(connections) }, async () => {
    for (const body of queue) await post(body);
  }),
);
console.log(JSON.stringify({ events: lines.length, seconds: (performance.now() - start) / 1000 }));
agent.destroy();
