import type { JsonObject } from '../../model/json.ts';
import { isObject } from '../../model/json.ts';
import { type Result, fail, ok } from '../../model/result.ts';
import type { Contract } from '../contract.ts';
import { NoSample, type SampleOptions, sampleValue } from './value.ts';

/**
 * An event that the contract accepts, made of its schema alone: with all its fields, or with the required ones where that is
 * all that can be made. `variant` (0 to 99) makes events differ. Fails with a sentence that says what to add to the schema.
 */
export function sampleEvent(
  contract: Pick<Contract, 'name' | 'version' | 'jsonSchema' | 'validate'>,
  { variant = 0 }: { variant?: number } = {},
): Result<JsonObject> {
  let reason = '';
  for (const optional of [true, false]) {
    const made = attempt(contract, { optional, variant });
    if (made.ok) return made;
    reason = made.error;
  }
  return fail(
    `no sample event of ${contract.name} ${contract.version} can be made: ${reason}; add "examples" to its schema`,
  );
}

function attempt(
  contract: Pick<Contract, 'jsonSchema' | 'validate'>,
  options: SampleOptions,
): Result<JsonObject> {
  try {
    const event = sampleValue(contract.jsonSchema, options);
    if (!isObject(event)) return fail('it does not describe an object');
    const validation = contract.validate(event);
    if (validation.ok) return ok(event);
    const [{ path, message } = { path: '', message: 'it is not valid' }] = validation.violations;
    return fail(`${path} ${message}`.trim());
  } catch (error) {
    if (error instanceof NoSample) return fail(`nothing fits ${error.path === '' ? 'it' : error.path}`);
    throw error;
  }
}
