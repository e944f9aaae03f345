import { SentinelError } from '../model/errors.ts';

/**
 * One table takes no rows, which is not the fault of the rows. Nothing of the batch was settled; without the rows of this table
 * it can be.
 */
export class TableFault extends SentinelError {
  readonly table: string;

  constructor(table: string, message: string) {
    super('destination_unavailable', message);
    this.table = table;
  }
}
