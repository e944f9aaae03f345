import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type NatsServer, noNatsServer, startNatsServer } from '../helpers/nats-server.ts';
import { cliFolder } from './support.ts';

describe.skipIf(noNatsServer !== undefined)("the doctor's look at NATS", () => {
  let shell: Awaited<ReturnType<typeof cliFolder>>;
  let server: NatsServer;
  beforeEach(async () => {
    shell = await cliFolder();
    server = await startNatsServer();
  });
  afterEach(async () => {
    await server.stop();
    await shell.dispose();
  });

  async function engineCheck(env: Record<string, string> = {}): Promise<string> {
    const { out } = await shell.cli(['doctor'], {
      env: { SENTINEL_API_PORT: '0', SENTINEL_ENGINE: 'nats', SENTINEL_NATS_SERVERS: server.address, ...env },
    });
    return out;
  }
  const configure = (text: string) => writeFile(join(shell.folder, 'sentinel-config.yaml'), text);
  const engineLine = async (env?: Record<string, string>) => {
    const { out } = await shell.cli(['doctor'], {
      env: { SENTINEL_API_PORT: '0', SENTINEL_ENGINE: 'nats', SENTINEL_NATS_SERVERS: server.address, ...env },
    });
    return out.split('\n').find((line) => line.includes('engine: '));
  };

  it('says what it found, and warns of a single copy', async () => {
    await configure('engine: { replicas: 1 }\n');
    expect(await engineLine()).toMatch(/^warn .*NATS 2\..* at .*1 copy of each event/);
  });

  it('fails when there are too few servers for the copies, and when there is none', async () => {
    expect(await engineLine()).toMatch(/^FAIL .*engine\.replicas/);
    expect(await engineLine({ SENTINEL_NATS_SERVERS: '127.0.0.1:1' })).toMatch(/^FAIL .*can't be reached/);
  });

  it('roles, labels and servers come from the environment too; what does not fit is named', async () => {
    expect(await engineCheck({ SENTINEL_ROLE: 'worker', SENTINEL_ENGINE: 'embedded' })).toContain(
      'the embedded engine is one process',
    );
    expect(await engineCheck({ SENTINEL_ROLE: 'gatewya' })).toContain('did you mean gateway?');
    expect(await engineCheck({ SENTINEL_NATS_SERVERS: 'nats://user:secret@host:4222' })).toContain(
      'SENTINEL_NATS_PASSWORD',
    );
    expect(await engineCheck({ SENTINEL_NATS_USER: 'me' })).toContain('belong together');
    await configure('engine: { password: x }\n');
    expect(await engineCheck()).toContain('SENTINEL_NATS_PASSWORD');
  });
});
