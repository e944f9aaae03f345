import type { StateStore, StateWrite } from '../../engine/engine.ts';

/** The negative cache: error signatures that were refused lately, and must not cost another call. */
export type Refusal = {
  code: string;
  /** For a person: why there is no repair. */
  reason: string;
  /** ISO 8601 time. */
  at: string;
};

const keyOf = (signature: string): string => `refusals/${signature}`;

export function refusalWrite(signature: string, refusal: Refusal, ttlMs: number): StateWrite {
  return { put: keyOf(signature), value: refusal, ttlMs };
}

export function readRefusal(state: StateStore, signature: string): Promise<Refusal | undefined> {
  return state.get<Refusal>(keyOf(signature));
}

export async function writeRefusal(
  state: StateStore,
  signature: string,
  refusal: Refusal,
  ttlMs: number,
): Promise<void> {
  await state.put(keyOf(signature), refusal, { ttlMs });
}

/** How many signatures are refused now; counting ends at `most`. */
export async function countRefusals(state: StateStore, most = 10_000): Promise<number> {
  let count = 0;
  for (let after: string | undefined; count < most;) {
    const page = await state.list(keyOf(''), {
      limit: 1000,
      ...(after === undefined ? undefined : { after }),
    });
    count += page.length;
    after = page.at(-1)?.key;
    if (page.length < 1000) break;
  }
  return Math.min(count, most);
}

/** A candidate that a person deleted; rules have the same id whenever they are learned (rule.ts). */
const turnedDownKey = (ruleId: string): string => `turned-down/${ruleId}`;

export function turnedDownWrite(ruleId: string, at: string, ttlMs: number): StateWrite {
  return { put: turnedDownKey(ruleId), value: { at }, ttlMs };
}

export async function wasTurnedDown(state: StateStore, ruleId: string): Promise<boolean> {
  return (await state.get(turnedDownKey(ruleId))) !== undefined;
}
