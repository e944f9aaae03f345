/** The environment in which each thread of a service loads preload.mjs. */
export function preloaded({ clock, memory }: { clock?: string; memory?: string }): Record<string, string> {
  return {
    NODE_OPTIONS: `--import=${new URL('./preload.mjs', import.meta.url).href}`,
    ...(clock !== undefined && { CHAOS_CLOCK: clock }),
    ...(memory !== undefined && { CHAOS_MEMORY: memory }),
  };
}
