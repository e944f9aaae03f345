import { spawnSync } from 'node:child_process';
import { expect, it, onTestFinished } from 'vitest';
import { checkNats } from '../../src/engine/engines/nats/check.ts';
import { unsafeCopies } from '../../src/engine/engines/nats/server-version.ts';
import { openNatsEngine } from '../../src/engine/engines/nats.ts';
import { startNatsCluster } from './support/nats-cluster.ts';

const onPath = spawnSync('nats-server', ['--version'], { encoding: 'utf8' });
const version = /v(\d+\.\d+\.\d+)/.exec(onPath.stdout ?? '')?.[1] ?? 'none';
/** Debian 12 has one that loses events; with a newer one on the PATH, silence is what is right. */
const expected = unsafeCopies(version, 3);

it.skipIf(version === 'none' && process.env['CI'] !== 'true')(
  `nats-server ${version} with three copies: a start and the doctor ${expected === undefined ? 'are content' : 'warn'}`,
  { timeout: 90_000 },
  async () => {
    const cluster = await startNatsCluster(undefined, 'nats-server');
    onTestFinished(() => cluster.remove());
    const access = { servers: cluster.servers, prefix: 'old', replicas: 3 };
    const warnings: string[] = [];
    const engine = await openNatsEngine({
      ...access,
      writer: 'test',
      ackWaitMs: 5000,
      onUnsafeServer: (warning) => warnings.push(warning),
    });
    await engine.close();
    expect(warnings).toEqual(expected === undefined ? [] : [expected]);
    expect((await checkNats(access)).unsafe).toBe(expected);
  },
);
