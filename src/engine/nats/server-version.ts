import type { Link } from './connection.ts';

/**
 * From here on, servers keep copies in step when they fail one after another. Version 2.9.10 loses events that it has
 * acknowledged (docs/adr/0005-nats.md); those before 2.10.23 could lose a stream when a process crashed
 * (https://jepsen.io/analyses/nats-2.12.1).
 */
const firstSafe = '2.10.23';

/** Why several copies on this server are not safe, and what to do; undefined when they are, or there is one copy. */
export function unsafeCopies(version: string, replicas: number): string | undefined {
  if (replicas <= 1 || !isBefore(version, firstSafe)) return undefined;
  return (
    `nats-server ${version} can lose acknowledged events when servers of a cluster fail one after another; ` +
    `run ${firstSafe} or newer on all of them, or a single server with engine.replicas: 1`
  );
}

/** By the first three numbers; a version that has none is not older than any. */
export function isBefore(version: string, other: string): boolean {
  const [left, right] = [version, other].map((text) =>
    /(\d+)\.(\d+)\.(\d+)/.exec(text)?.slice(1).map(Number),
  );
  if (left === undefined || right === undefined) return false;
  const at = left.findIndex((part, index) => part !== right[index]);
  return at !== -1 && left[at]! < right[at]!;
}

/** Tells of a server that is not safe, once for each version: others of a cluster may run another one. */
export function watchVersion(link: Link, replicas: number, tell: (warning: string) => void): void {
  const told = new Set<string>();
  const look = (): void => {
    const warning = unsafeCopies(link.nc.info?.version ?? '', replicas);
    if (warning === undefined || told.has(warning)) return;
    told.add(warning);
    tell(warning);
  };
  look();
  link.onReconnect(look);
}
