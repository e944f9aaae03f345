import autocannon from 'autocannon';
import { randomUUID } from 'node:crypto';

const [url, connections, seconds, texts] = process.argv.slice(2);
const { rest, other, every } = JSON.parse(texts);
let sent = 0;
const result = await autocannon({
  url,
  connections: Number(connections),
  duration: Number(seconds),
  requests: [
    {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      setupRequest: (request) => ({
        ...request,
        body: `{"event_id":"${randomUUID()}",${++sent % every === 0 ? other : rest}`,
      }),
    },
  ],
});
console.log(
  JSON.stringify({
    requests: result.requests.total,
    seconds: result.duration,
    errors: result.errors + result.timeouts,
    non2xx: result.non2xx,
    p50_ms: result.latency.p50,
    p99_ms: result.latency.p99,
  }),
);
