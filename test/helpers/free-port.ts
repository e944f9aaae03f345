import { createServer } from 'node:net';

/**
 * A port that nobody listens on. Not one of those that connections are given: it must still be free when a server that
 * was killed comes back, and who tries to reach it meanwhile must not be connected with itself.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = 15_000 + Math.floor(Math.random() * 15_000);
    const server = createServer();
    const isFree = await new Promise<boolean>((resolve) => {
      server.once('error', () => resolve(false)).listen(port, '127.0.0.1', () => resolve(true));
    });
    await new Promise((resolve) => server.close(resolve));
    if (isFree) return port;
  }
}
