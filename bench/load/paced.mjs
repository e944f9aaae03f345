// Posts single transactions at a fixed rate, whether the answers come or not (an open loop); a process of its own.
// Prints the delays of the answers, counted from when each request was due.
import { connect } from 'node:net';
import { restOfTransaction } from './transaction.mjs';

const [target, run, ratePerSecond, seconds, connections] = process.argv.slice(2);
const { hostname, port, pathname } = new URL(target);
const total = Math.round(Number(ratePerSecond) * Number(seconds));
const bodyBytes = `{"event_id":"${run}-0000-4000-8000-000000000000",${restOfTransaction}`.length;
const head = `POST ${pathname} HTTP/1.1\r\nhost: ${hostname}:${port}\r\ncontent-type: application/json\r\ncontent-length: ${bodyBytes}\r\n\r\n`;

const delays = [];
let sent = 0;
let refused = 0;
const free = [];
const waiting = [];
await Promise.all(Array.from({ length: Number(connections) }, () => new Promise((resolve) => open(resolve))));

function open(resolve) {
  const socket = connect({ host: hostname, port: Number(port), noDelay: true }, () => {
    free.push(client);
    resolve();
  });
  const client = { socket, due: 0, received: '' };
  socket.setEncoding('latin1');
  socket.on('data', (chunk) => {
    client.received += chunk;
    const headEnd = client.received.indexOf('\r\n\r\n');
    if (headEnd === -1) return;
    const length = Number(/content-length: (\d+)/i.exec(client.received)[1]);
    if (client.received.length < headEnd + 4 + length) return;
    if (!client.received.startsWith('HTTP/1.1 202')) refused++;
    client.received = '';
    delays.push(performance.now() - client.due);
    const due = waiting.shift();
    if (due === undefined) free.push(client);
    else send(client, due);
  });
}

function send(client, due) {
  client.due = due;
  const id = (sent++).toString(16).padStart(12, '0');
  client.socket.write(`${head}{"event_id":"${run}-0000-4000-8000-${id}",${restOfTransaction}`);
}

const start = performance.now();
let issued = 0;
await new Promise((resolve) => {
  const timer = setInterval(() => {
    const now = performance.now();
    while (issued < total && start + (issued * 1000) / Number(ratePerSecond) <= now) {
      const due = start + (issued++ * 1000) / Number(ratePerSecond);
      const client = free.pop();
      if (client === undefined) waiting.push(due);
      else send(client, due);
    }
    if (delays.length < total) return;
    clearInterval(timer);
    resolve();
  }, 1);
});
const sorted = delays.toSorted((a, b) => a - b);
const at = (share) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
console.log(
  JSON.stringify({
    sent,
    refused,
    seconds: (performance.now() - start) / 1000,
    p50_ms: at(0.5),
    p99_ms: at(0.99),
  }),
);
process.exit(0);
