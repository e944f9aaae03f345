interface Resource {
  close(): void | Promise<void>;
}

/** What was opened, in order; closed the other way round. */
export class Resources {
  readonly #opened: Resource[] = [];

  keep<T extends Resource>(resource: T): T {
    this.#opened.push(resource);
    return resource;
  }

  /** Closes all, also after one that failed to, and throws the first failure. */
  async close(): Promise<void> {
    const failures: unknown[] = [];
    for (const resource of this.#opened.splice(0).toReversed())
      try {
        await resource.close();
      } catch (error) {
        failures.push(error);
      }
    if (failures.length > 0) throw failures[0];
  }
}
