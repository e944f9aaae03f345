import { type AddressInfo, type Socket, connect, createServer } from 'node:net';

/** `swallow`: nothing passes any more, either way. `lose the answer`: it arrives, and the connection breaks. */
export type Fate = 'pass' | 'swallow' | 'lose the answer';

/** Stands between a client and a PostgreSQL on loopback, and is a network in trouble while it is broken. */
export async function startProxy(port: number, fateOf: (text: string) => Fate) {
  let isBroken = false;
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = connect(port, '127.0.0.1');
    let fate: Fate = 'pass';
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => undefined).on('close', () => (client.destroy(), upstream.destroy()));
    }
    client.on('data', (chunk) => {
      if (isBroken && fate === 'pass') fate = fateOf(chunk.toString('latin1'));
      if (fate !== 'swallow') upstream.write(chunk);
    });
    upstream.on('data', (chunk) => {
      if (fate === 'pass') client.write(chunk);
      if (fate === 'lose the answer') client.destroy();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `postgres://postgres@127.0.0.1:${(server.address() as AddressInfo).port}/postgres`,
    break: () => void (isBroken = true),
    heal: () => void (isBroken = false),
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
