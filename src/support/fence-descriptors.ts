import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

type Call = (...args: unknown[]) => unknown;

const closes = ['close', 'closeSync'];
const changes = ['write', 'writev', 'ftruncate', 'fchmod', 'fchown', 'futimes'].flatMap((name) => [
  name,
  `${name}Sync`,
]);
/** What is printed there costs nobody anything. */
const printed = new Set<unknown>([1, 2]);

/**
 * Keeps foreign code in this thread from closing or changing what other threads have opened: a descriptor is the whole process's, such as
 * that of the log, or of the queue.
 */
export function fenceDescriptors(): void {
  const own = new Set<unknown>();
  const calls = fs as unknown as Record<string, Call>;
  const { open, openSync } = calls;
  const { open: openHandle } = fs.promises;
  calls['openSync'] = (...args) => noted(openSync!(...args));
  calls['open'] = (...args) => {
    const done = args.pop() as Call;
    return open!(...args, (error: unknown, fd: unknown) => done(error, error ? fd : noted(fd)));
  };
  fs.promises.open = async (...args) => {
    const handle = await openHandle(...args);
    noted(handle.fd);
    return handle;
  };
  for (const name of closes) fence(name, (fd) => own.delete(fd));
  for (const name of changes) fence(name, (fd) => own.has(fd) || printed.has(fd));
  // For those who import functions of it by their names.
  syncBuiltinESMExports();

  function noted(fd: unknown): unknown {
    own.add(fd);
    return fd;
  }

  function fence(name: string, mayDo: (fd: unknown) => boolean): void {
    const call = calls[name]!;
    const fenced: Call = (fd, ...args) => {
      if (typeof fd === 'number' && !mayDo(fd))
        throw new Error(
          'code of a contract or step may only close or change files that it has opened itself',
        );
      return call(fd, ...args);
    };
    // What `util.promisify` makes of it stands in its properties.
    calls[name] = Object.defineProperties(fenced, Object.getOwnPropertyDescriptors(call));
  }
}
