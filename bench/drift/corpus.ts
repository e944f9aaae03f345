import type { Contract } from '../../src/contracts/contract.ts';
import type { JsonObject } from '../../src/json.ts';
import { githubSubjects } from './corpus/github.ts';
import { ownSubjects } from './corpus/own.ts';
import { seededRandom, type Random } from './random.ts';

/** A contract and a source of events that it accepts. */
export interface Subject {
  contract: Contract;
  /** How often it is taken, relative to the others. */
  weight: number;
  /** A valid event; another one each time, as the random source has it. */
  event(random: Random): JsonObject;
  /** Another valid event of the same sort as this one (the same `action`, the same fields), with other values. */
  sibling(event: JsonObject, random: Random): JsonObject;
}

export function loadCorpus(): Subject[] {
  const subjects = [...ownSubjects(), ...githubSubjects()];
  for (const subject of subjects) checkSubject(subject);
  return subjects;
}

/** The ground that the bench stands on: its events are valid before they drift. */
function checkSubject(subject: Subject): void {
  const random = seededRandom('corpus', subject.contract.name);
  for (let count = 0; count < 3; count++) {
    const event = subject.event(random);
    for (const made of [event, subject.sibling(event, random)]) {
      const validation = subject.contract.validate(made);
      if (!validation.ok)
        throw new Error(
          `the corpus of ${subject.contract.name} is not valid: ${JSON.stringify(validation.violations)}`,
        );
    }
  }
}
