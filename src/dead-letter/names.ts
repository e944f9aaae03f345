/** Names as numbers, each text kept once, as long as it is used. */
export class Names {
  readonly #numbers = new Map<string, number>();
  readonly #names: (string | undefined)[] = [];
  readonly #uses: number[] = [];
  readonly #free: number[] = [];

  /** -1 for one that nobody uses. */
  find(name: string): number {
    return this.#numbers.get(name) ?? -1;
  }

  name(number: number): string {
    return this.#names[number]!;
  }

  use(name: string): number {
    let number = this.find(name);
    if (number === -1) {
      number = this.#free.pop() ?? this.#names.length;
      // A piece of a longer text would keep all of it.
      const own = Buffer.from(name, 'utf16le').toString('utf16le');
      this.#names[number] = own;
      this.#numbers.set(own, number);
      this.#uses[number] = 0;
    }
    this.#uses[number]!++;
    return number;
  }

  release(number: number): void {
    if (--this.#uses[number]! > 0) return;
    this.#numbers.delete(this.#names[number]!);
    this.#names[number] = undefined;
    this.#free.push(number);
  }
}
