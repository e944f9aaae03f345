import autocannon from 'autocannon';
import { createHmac, randomUUID } from 'node:crypto';

const [url, connections, seconds, texts] = process.argv.slice(2);
const { rest, other, every, secret, ids } = JSON.parse(texts);
let sent = 0;
const result = await autocannon({
  url,
  connections: Number(connections),
  duration: Number(seconds),
  requests: [
    {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      setupRequest(request) {
        const id = randomUUID();
        const body = `{"event_id":"${id}",${++sent % every === 0 ? other : rest}`;
        if (secret === undefined) return { ...request, body };
        const signature = `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;
        const headers = { ...request.headers, 'x-hub-signature-256': signature };
        return { ...request, body, headers: ids ? { ...headers, 'x-github-delivery': id } : headers };
      },
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
