// Posts `events` transactions as NDJSON, made on the way; a process of its own. Prints events and seconds.
import { Agent, request } from 'node:http';
import { ndjsonBody } from './events.mjs';

const [url, run, from, events, linesPerRequest, connections] = process.argv.slice(2);
const size = Number(linesPerRequest);
const end = Number(from) + Number(events);
const agent = new Agent({ keepAlive: true, maxSockets: Number(connections) });

const post = (body) =>
  new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/x-ndjson', 'content-length': body.length };
    const outgoing = request(url, { method: 'POST', agent, headers }, (response) => {
      response.resume();
      response.on('end', () =>
        response.statusCode === 202 ? resolve() : reject(new Error(`ingest answered ${response.statusCode}`)),
      );
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });

let next = Number(from);
const start = performance.now();
await Promise.all(
  Array.from({ length: Number(connections) }, async () => {
    while (next < end) {
      const at = next;
      next += size;
      await post(ndjsonBody(run, at, Math.min(size, end - at)));
    }
  }),
);
console.log(JSON.stringify({ events: Number(events), seconds: (performance.now() - start) / 1000 }));
agent.destroy();
