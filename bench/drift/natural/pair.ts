import type { Contract } from '../../../src/contracts/contract.ts';
import { contractFromJsonSchema } from '../../../src/contracts/json-schema/compile.ts';
import type { JsonObject } from '../../../src/model/json.ts';
import type { Operation } from '../../../src/model/plan.ts';
import { type Shape, schemaOf } from '../shape.ts';

/**
 * - `plain`: whoever sees the two shapes would repair it, since there is one reading only;
 * - `teachable`: it takes knowledge of the vendor, or an operation that the plan language lacks: a refusal is fine, and
 *   so is a repair that is right;
 * - `refuse`: the value is not there, or means something else now.
 */
export type Answer = 'plain' | 'teachable' | 'refuse';

/** One change between two versions of an interface that exists, on one event. Written by hand, the answer too. */
export interface NaturalPair {
  /** `vendor.contract.what`; the middle part is the contract's name. */
  id: string;
  /** The package whose versions show the change, or the vendor's published notes on it. */
  source: string;
  /** What changed, in a word: the kind it is counted under. */
  change: string;
  answer: Answer;
  contract: Shape;
  /** As the contract's version sends it. */
  was: JsonObject;
  /** As the other version sends the same. */
  is: JsonObject;
  /** Of a plain one, and of a teachable one that the plan language can say. */
  plan?: Operation[];
  /** Of all others: what stands against it. */
  why?: string;
}

export const vendorOf = ({ id }: NaturalPair): string => id.split('.')[0]!;

export function contractOf({ id, contract }: NaturalPair): Contract {
  const [vendor, name] = id.split('.');
  const [key] = Object.keys(contract);
  return contractFromJsonSchema({
    'x-contract': { name: name!.replaceAll('-', '_'), version: '1.0.0', key: key!.replace(/\?$/, '') },
    description: `One kind of event of ${vendor}`,
    ...schemaOf(contract),
  });
}
