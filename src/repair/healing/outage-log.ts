import type { SentinelError } from '../../model/errors.ts';
import type { Logger } from '../../support/log.ts';

export interface OutageLog {
  /** The model could not be asked about an event of this kind. */
  failed(error: SentinelError, about: { source: string; contract: string; signature: string }): void;
  /** It has answered. */
  over(): void;
}

/** An outage is one for all signatures and may last for hours: it is said when it begins, then once in this time. */
const repeatMs = 60_000;

export function outageLog(log: Logger, now: () => number): OutageLog {
  let code: string | undefined;
  let saidAt = 0;
  return {
    failed(error, about) {
      if (error.code === code && now() - saidAt < repeatMs) return;
      code = error.code;
      saidAt = now();
      const hint =
        'events that need the model wait, or become dead letters, as healing_agent.on_llm_unavailable says';
      log.warn(
        { status: 'failed', code, ...about },
        `${error.message}; ${hint}; sentinel doctor checks the server`,
      );
    },
    over() {
      if (code === undefined) return;
      code = undefined;
      log.info({ status: 'recovered' }, 'the LLM server answers again');
    },
  };
}
