import type { Apart } from '../contracts/apart/judged-apart.ts';
import type { Contract } from '../contracts/contract.ts';
import type { Result } from '../model/result.ts';
import type { StepContracts } from './step.ts';

/** The part of the contract registry that steps need. */
interface Resolver {
  resolve(
    name: string,
    version: string,
    unknownVersion: 'dead_letter',
  ): Result<Contract, { code: 'unknown_contract' | 'unknown_contract_version'; message: string }>;
}

/** The registry as steps see it. They never fall back to another major version: the message says which one it is. */
export function contractsForSteps(registry: Resolver, apart?: Pick<Apart, 'inTurn'>): StepContracts {
  const validate: StepContracts['validate'] = (name, version, event) => {
    const found = registry.resolve(name, version, 'dead_letter');
    if (found.ok) return found.value.validate(event);
    const { code, message } = found.error;
    const expected = code === 'unknown_contract' ? 'a known contract' : 'a known version';
    return { ok: false, violations: [{ path: '', code, message, expected, found: 'object' }] };
  };
  return apart === undefined
    ? { validate }
    : { validate, inTurn: (...asked) => apart.inTurn(() => validate(...asked)) };
}
