import { spawnSync } from 'node:child_process';
import { expect, it, onTestFinished } from 'vitest';
import { checkNats } from '../../src/engine/nats/check.ts';
import { unsafeCopies } from '../../src/engine/nats/server-version.ts';
import { openNatsEngine } from '../../src/engine/nats/index.ts';
import { noNatsServer } from '../helpers/nats-server.ts';
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

it.skipIf(noNatsServer !== undefined)(
  `processes that begin at the same moment do not wait for each other${noNatsServer === undefined ? '' : `: ${noNatsServer}`}`,
  { timeout: 90_000 },
  async () => {
    const cluster = await startNatsCluster(undefined);
    onTestFinished(() => cluster.remove());
    const begin = async (prefix: string, writer: string) => {
      const options = { servers: cluster.servers, prefix, writer, replicas: 3, ackWaitMs: 5000 };
      const engine = await openNatsEngine(options);
      await engine.publish('topic', []);
      return engine;
    };
    const began = [];
    // Servers leave the one or other of those who make the same stream without an answer, in one of four rounds or so.
    for (let round = 1; round <= 10; round++) {
      const from = performance.now();
      const engines = await Promise.all(['a', 'b', 'c'].map((writer) => begin(`round-${round}`, writer)));
      began.push(performance.now() - from);
      await Promise.all(engines.map((engine) => engine.close()));
    }
    // A request without an answer takes 5 seconds to fail.
    expect(Math.max(...began)).toBeLessThan(4500);
  },
);
