import { importModule } from '../../support/module-loader.ts';
import { SentinelError, messageOf } from '../../model/errors.ts';
import type { Healer } from './healer.ts';

/** A healer of one's own: the default export of a file that `healing_agent: { healers: […] }` names. */
export const defineHealer = (healer: Healer): Healer => healer;

const taken = ['rule', 'heuristics', 'llm', 'person'];

/** Loads the healers of these files. Throws `config_invalid`. */
export async function ownHealers(files: readonly string[]): Promise<Healer[]> {
  const healers: Healer[] = [];
  for (const file of files) {
    const exported = await importModule(file).catch((error: unknown) => {
      throw new SentinelError(
        'config_invalid',
        `healing_agent.healers: ${file} can't be loaded: ${messageOf(error)}`,
        { cause: error },
      );
    });
    const fault = faultOf(exported['default'], [...taken, ...healers.map(({ name }) => name)]);
    if (fault !== undefined)
      throw new SentinelError('config_invalid', `healing_agent.healers: ${file}: ${fault}`);
    healers.push(exported['default'] as Healer);
  }
  return healers;
}

function faultOf(exported: unknown, names: readonly string[]): string | undefined {
  const { name, mode, propose } = (exported ?? {}) as Partial<Record<keyof Healer, unknown>>;
  if (typeof propose !== 'function')
    return 'has no default export made by defineHealer({ name, mode, propose })';
  if (mode !== 'inline' && mode !== 'background') return 'mode: allowed: inline or background';
  if (typeof name !== 'string' || !/^[a-z][a-z0-9-]{0,39}$/.test(name))
    return 'name: allowed: small letters, digits and "-"';
  return names.includes(name)
    ? `name: ${name} is taken; allowed: a name that no other healer has`
    : undefined;
}
