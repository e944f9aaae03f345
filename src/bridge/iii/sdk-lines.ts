import { messageOf } from '../../model/errors.ts';
import type { Logger } from '../../support/log.ts';

const methods = ['debug', 'log', 'warn', 'error'] as const;
const mark = /^\[(?:iii|OTel)\] /;

/** The SDK writes to the console of the process, between the lines of our log: they become lines of it. Returns the way back. */
export function takeLines(log: Logger): () => void {
  const target = globalThis.console;
  const originals = methods.map((method) => target[method]);
  for (const [index, method] of methods.entries()) {
    const original = originals[index]!;
    target[method] = (...args: unknown[]) => {
      const [text, error] = args;
      if (typeof text !== 'string' || !mark.test(text)) return original.apply(target, args);
      const line = text.replace(mark, '');
      const refused = line.startsWith('Trigger registration failed');
      const because = error === undefined || error === '' ? '' : `: ${messageOf(error)}`;
      if (refused)
        log.warn(
          { status: 'failed', code: 'bridge_conflict' },
          `the III engine refuses a trigger, another worker may have it: ${line}`,
        );
      else log.debug({ code: 'bridge' }, `${line}${because}`);
    };
  }
  return () => {
    for (const [index, method] of methods.entries()) target[method] = originals[index]!;
  };
}
