import { z } from 'zod';
import { SentinelError } from '../../model/errors.ts';
import { type Schema, defOf } from './rewrite.ts';

/** The schema with every object at its top strict: what `open: false` asks for. */
export function closed(schema: Schema, contract: string): Schema {
  const def = defOf(schema);
  const withParts = (parts: object): Schema => z.core.clone(schema, { ...def, ...parts });
  switch (def.type) {
    case 'object':
      return withParts({ catchall: z.never() });
    case 'union':
      return withParts({ options: def.options!.map((option) => closed(option, contract)) });
    case 'pipe':
      return withParts({ in: closed(def['in'] as Schema, contract) });
    case 'readonly':
      return withParts({ innerType: closed(def['innerType'] as Schema, contract) });
    default:
      throw new SentinelError(
        'contract_invalid',
        `contract ${contract}: \`open: false\` needs a schema that is an object or a union of objects; make its parts z.strictObject() instead`,
      );
  }
}
