import { JetStreamApiError, JetStreamApiCodes } from '@nats-io/jetstream';
import { errors } from '@nats-io/transport-node';
import { SentinelError, messageOf } from '../../model/errors.ts';

/** Of JetStream's API (server/errors.json): no room, whether in the stream, the account or the server. */
const fullCodes = new Set([10002, 10023, 10028, 10047, 10077, 10110]);
const messageTooLarge = 10054;
/** "replicas > 1 not supported in non-clustered mode", and "no suitable peers for placement". */
const tooFewServers = new Set([10074, 10005]);

/** What a call to NATS threw, as one of our errors. */
export function toEngineError(error: unknown): Error {
  if (error instanceof SentinelError) return error;
  if (error instanceof errors.ClosedConnectionError || error instanceof errors.DrainingConnectionError)
    return new SentinelError('engine_closed', 'the engine is closed', { cause: error });
  if (error instanceof JetStreamApiError) {
    const { err_code: code, description } = error.apiError();
    if (code === messageTooLarge)
      return new SentinelError('engine_full', `the stream refuses messages of this size: ${description}`, {
        cause: error,
        retryable: false,
      });
    if (tooFewServers.has(code))
      return new SentinelError(
        'config_invalid',
        `engine.replicas: NATS has too few servers to keep that many copies (${description}); start more, or set fewer`,
        { cause: error },
      );
    if (fullCodes.has(code))
      return new SentinelError('engine_full', `NATS has no room: ${description}`, { cause: error });
    return new SentinelError('engine_unavailable', `NATS: ${description}`, { cause: error });
  }
  if (error instanceof RangeError || error instanceof TypeError) return error;
  return new SentinelError('engine_unavailable', `NATS does not answer: ${messageOf(error)}`, {
    cause: error,
  });
}

function hasApiCode(error: unknown, code: number): boolean {
  return error instanceof JetStreamApiError && error.apiError().err_code === code;
}

export const isStreamGone = (error: unknown): boolean => hasApiCode(error, JetStreamApiCodes.StreamNotFound);

export const isNotFound = (error: unknown): boolean =>
  isStreamGone(error) ||
  hasApiCode(error, JetStreamApiCodes.ConsumerNotFound) ||
  hasApiCode(error, JetStreamApiCodes.NoMessageFound);

export const isWrongSequence = (error: unknown): boolean =>
  hasApiCode(error, JetStreamApiCodes.StreamWrongLastSequence) ||
  hasApiCode(error, JetStreamApiCodes.StreamWrongLastSequenceUnknown);
