import type { StateStore } from '../../engine/engine.ts';
import type { Killer } from './deaths.ts';
import type { Suspects } from './suspects.ts';

const prefix = 'killers/';

/**
 * Tells the other workers of the contracts whose code has ended one of them: the message that did it comes to another next.
 * Where that can't be told, each learns it by its own death.
 */
export function shareKillers(state: StateStore, suspects: Suspects): void {
  const tell = ({ label, quietMs }: Killer): Promise<void> =>
    state.put(prefix + label, { quietMs }, { ttlMs: quietMs }).catch(() => undefined);
  const hear = (key: string, value: unknown): void =>
    suspects.addFar({ label: key.slice(prefix.length), quietMs: (value as Killer).quietMs });
  suspects.onConvict = (killer) => void tell(killer);
  for (const killer of suspects.killers()) void tell(killer);
  state.watch(prefix, ({ key, value }) => value !== undefined && hear(key, value));
  state.list(prefix).then(
    (entries) => entries.forEach(({ key, value }) => hear(key, value)),
    () => undefined,
  );
}
