import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { post, startProcess, transaction } from '../helpers/sentinel.ts';
import { until } from '../helpers/until.ts';

/** A thread within a native call can't be ended, and `process.exit` waits for it. */
const step = `
import { execFileSync } from 'node:child_process';
import { openSync } from 'node:fs';
export const config = {
  name: 'hangs',
  description: 'never returns',
  triggers: [{ type: 'queue', topic: 'validated_data' }],
  flows: [],
};
export const handler = async (_, { logger }) => {
  logger.info('hangs now');
  await new Promise((resolve) => setTimeout(resolve, 200)); // the line above is on its way
  execFileSync('mkfifo', ['nobody-writes']);
  openSync('nobody-writes');
};`;

it('a second signal ends the process at once, also when native code hangs', async () => {
  const sentinel = await startProcess({
    config: { steps: ['steps'] },
    files: { 'steps/hangs.step.mjs': step },
  });
  try {
    await post(`${sentinel.url}/ingest`, transaction());
    await until(() => sentinel.log().some(({ msg }) => String(msg).includes('hangs now')));
    const first = sentinel.kill('SIGTERM');
    await until(() => sentinel.log().some(({ status }) => status === 'stopping'));
    const began = performance.now();
    await Promise.race([
      sentinel.kill('SIGTERM'),
      sleep(8000).then(() => Promise.reject(new Error('still there'))),
    ]);
    await first;
    expect(performance.now() - began).toBeLessThan(8000);
    expect(sentinel.lastWords()).toMatch(/^SIGTERM/);
  } finally {
    await sentinel.kill('SIGKILL');
    await sentinel.stop();
  }
});
