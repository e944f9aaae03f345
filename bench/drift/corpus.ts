import { githubSubjects } from './corpus/github.ts';
import { ownSubjects } from './corpus/own.ts';
import type { Subject } from './corpus/subject.ts';
import { seededRandom } from './random.ts';

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
