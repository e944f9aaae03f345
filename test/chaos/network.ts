import { type AddressInfo, type Socket, connect, createServer } from 'node:net';

/** `slow`: each chunk is late. `stuck`: nothing passes either way. `refused`: connections are reset. */
export type Weather = 'fair' | 'slow' | 'stuck' | 'refused';

const delayMs = 150;

/** A TCP proxy to a port of this machine: the network that a destination is reached over. */
export async function startNetwork(port: number) {
  const now: { weather: Weather } = { weather: 'fair' };
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    client.on('error', () => undefined);
    if (now.weather === 'refused') return void client.resetAndDestroy();
    const upstream = connect(port, '127.0.0.1');
    carry(client, upstream);
    carry(upstream, client);
  });

  function carry(from: Socket, to: Socket): void {
    sockets.add(from);
    from.on('error', () => undefined);
    from.on('close', () => {
      sockets.delete(from);
      to.destroy();
    });
    from.on('data', (chunk) => {
      if (now.weather === 'fair') return void to.write(chunk);
      from.pause();
      void later().then(() => {
        to.write(chunk);
        from.resume();
      });
    });
  }

  async function later(): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, delayMs));
    while (now.weather === 'stuck') await new Promise((resolve) => setTimeout(resolve, delayMs));
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    become(next: Weather) {
      now.weather = next;
      if (next === 'refused') for (const socket of sockets) socket.resetAndDestroy();
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

export type Network = Awaited<ReturnType<typeof startNetwork>>;
