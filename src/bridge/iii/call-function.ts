import { ExactNumber } from '../../model/exact-number.ts';
import { isObject, type Json } from '../../model/json.ts';
import { Postponed } from '../../steps/queue-trigger.ts';
import type { Connection } from './connection.ts';

/** Functions may take as long as the engine's own queue lets them. */
const callTimeoutMs = 30 * 60_000;
const awayMs = 1000;

/** Calls a function of the engine. Throws `Postponed` while the engine or the function's worker is away. */
export const createCaller =
  (connection: Connection) =>
  async (function_id: string, payload: Json, metadata?: unknown): Promise<unknown> => {
    if (!connection.isOpen()) throw new Postponed(awayMs);
    let forget = (): void => undefined;
    const lost = new Promise<never>((_, reject) => {
      forget = connection.whenLost(() => reject(new Postponed(awayMs)));
    });
    const request = { function_id, payload: asDoubles(payload), metadata, timeoutMs: callTimeoutMs };
    try {
      return await Promise.race([connection.client.trigger(request), lost]);
    } catch (error) {
      const code = String((error as { code?: unknown }).code);
      if (/not_found|invocation_stopped|unavailable/i.test(code)) throw new Postponed(awayMs);
      throw error;
    } finally {
      forget();
    }
  };

/** The engine's numbers are doubles: one that they would round goes as text. */
function asDoubles(value: Json): Json {
  if (value instanceof ExactNumber) return value.text;
  if (Array.isArray(value)) return value.map(asDoubles);
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, asDoubles(each)]));
}
