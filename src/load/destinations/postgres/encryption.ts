import { connect } from 'node:net';
import { SentinelError } from '../../../model/errors.ts';

const withinMs = 10_000;
/** What a client sends to ask whether the server encrypts; the answer is one byte, `S` or `N`. */
const sslRequest = Buffer.from([0, 0, 0, 8, 4, 210, 22, 47]);

/**
 * A URL whose `sslmode` says what a connection will be: `prefer` and `allow` become `require` where the server encrypts, else
 * `disable`. Other URLs stay as they are. Rejects with `destination_unavailable` when no server answers.
 */
export async function decideEncryption(url: string): Promise<string> {
  if (!URL.canParse(url)) return url;
  const parsed = new URL(url);
  if (!['prefer', 'allow'].includes(parsed.searchParams.get('sslmode') ?? '')) return url;
  const host = parsed.searchParams.get('host') ?? parsed.hostname.replace(/^\[|\]$/g, '');
  // A socket of this machine, which libpq does not encrypt either.
  const isLocal = host === '' || host.startsWith('/');
  const mode = !isLocal && (await encrypts(host, Number(parsed.port || 5432))) ? 'require' : 'disable';
  parsed.searchParams.set('sslmode', mode);
  return parsed.href;
}

function encrypts(host: string, port: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const failed = (why: string): void =>
      reject(new SentinelError('destination_unavailable', `PostgreSQL could not be reached: ${why}`));
    const socket = connect({ host, port, timeout: withinMs }, () => socket.write(sslRequest));
    socket.once('data', (answer) => {
      resolve(answer[0] === 0x53);
      socket.destroy();
    });
    socket.once('error', ({ message }) => failed(message));
    socket.once('timeout', () => socket.destroy(new Error(`no answer within ${withinMs} ms`)));
    socket.once('close', () => failed('it closed the connection'));
  });
}
