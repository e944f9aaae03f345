import type { Config } from '../config/load.ts';
import type { Beat } from '../support/beat.ts';
import { type DeadlyCode, noDeadlyCode } from './deadly-code.ts';
import type { HostOptions } from './host.ts';
import { type ReadPipeline, readInThread } from './pipeline-thread.ts';
import { untilRead } from './until-read.ts';

/** Has a thread read contracts and steps; see `untilRead`. Rejects with the faults of the project. */
export function readFenced(
  config: Config,
  options: HostOptions,
  { strict, deadly = noDeadlyCode }: { strict?: boolean; deadly?: DeadlyCode } = {},
): Promise<ReadPipeline & { beat: Beat }> {
  return untilRead(
    config.pipeline.stallMs,
    ({ file, what, isHung, isLast }) =>
      options.log.error(
        { code: isHung ? 'contract_hung' : 'contract_failed', status: 'failed', file },
        `${file} ${what}; ${isLast ? 'it is set aside' : 'it is tried once more'}`,
      ),
    async ({ setAside, beat, reading, signal }) => {
      const { apart } = deadly;
      const given = { config, setAside, apart, ...(strict !== undefined && { strict }) };
      return { ...(await readInThread(given, options, { beat, reading, signal })), beat };
    },
    deadly.setAside,
  );
}
