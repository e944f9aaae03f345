import { SentinelError } from '../model/errors.ts';
import type { Destination, Table } from './destination.ts';

/** Tables of a destination that can't be prepared: their events wait, and the others are loaded. */
export class Refused {
  readonly #tables = new Map<string, { error: string; again: () => Promise<void> }>();

  /** Prepares all that it can. Throws when the destination itself is in trouble. */
  async prepare(destination: Pick<Destination, 'prepare'>, tables: readonly Table[]): Promise<void> {
    this.#tables.clear();
    const error = await failureOf(() => destination.prepare(tables));
    if (error === undefined) return;
    await destination.prepare([]).catch(() => {
      throw error;
    });
    const names = new Set(tables.map(({ name }) => name));
    for (const name of names) {
      const again = () => destination.prepare(tables.filter((table) => table.name === name));
      const failure = await failureOf(again);
      if (failure !== undefined) this.#tables.set(name, { error: failure.message, again });
    }
    // What is the matter with every table, such as a missing right, is for whoever starts the service.
    if (this.#tables.size === names.size && error.code !== 'destination_schema_conflict') throw error;
  }

  names(): string[] {
    return [...this.#tables.keys()];
  }

  why(table: string): string | undefined {
    return this.#tables.get(table)?.error;
  }

  /** Looks once more at a table that was refused; says what is still the matter with it. */
  async again(table: string): Promise<string | undefined> {
    const refused = this.#tables.get(table);
    if (refused === undefined) return undefined;
    const error = await failureOf(refused.again);
    if (error === undefined) this.#tables.delete(table);
    else refused.error = error.message;
    return error?.message;
  }
}

/** An unexpected error is thrown. */
async function failureOf(work: () => Promise<void>): Promise<SentinelError | undefined> {
  try {
    await work();
    return undefined;
  } catch (error) {
    if (error instanceof SentinelError) return error;
    throw error;
  }
}
