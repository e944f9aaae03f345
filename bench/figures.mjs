// What the scenarios measured: values by name, over the rounds.
export class Figures {
  #values = new Map();

  record(name, value) {
    this.#values.set(name, [...(this.#values.get(name) ?? []), value]);
  }

  get names() {
    return [...this.#values.keys()];
  }

  /** Median; undefined when the scenario did not run. */
  median(name) {
    const values = this.#values.get(name);
    return values?.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
  }

  print() {
    for (const [name, values] of this.#values) {
      const sorted = values.toSorted((a, b) => a - b);
      const [low, middle, high] = [sorted[0], this.median(name), sorted.at(-1)].map(short);
      console.log(`${name.padEnd(66)} min ${low}  median ${middle}  max ${high}`);
    }
  }

  toJSON() {
    return Object.fromEntries(this.#values);
  }
}

/** The medians of two builds that were measured in turns, and their ratio; below 1 the first one has less. */
export function printBeside(mine, other) {
  for (const name of mine.names.filter((one) => other.median(one) !== undefined)) {
    const [here, there] = [mine.median(name), other.median(name)];
    console.log(
      `${name.padEnd(66)} here ${short(here)}  there ${short(there)}  ratio ${(here / there).toFixed(2)}`,
    );
  }
}

const short = (value) => value.toFixed(value < 100 ? 2 : 0).padStart(9);

/** Fails the run: a figure for work that was not done is worse than none. */
export function check(condition, message) {
  if (!condition) throw new Error(`the bench does not hold: ${message}`);
}
