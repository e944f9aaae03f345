import { afterEach, beforeEach, describe } from 'vitest';
import type { Engine } from '../../src/engine/engine.ts';
import { anythingSuite } from './engine/anything.ts';
import { groupSuite } from './engine/groups.ts';
import { holdSuite } from './engine/hold.ts';
import { lifecycleSuite } from './engine/lifecycle.ts';
import { retrySuite } from './engine/retries.ts';
import { stateSuite } from './engine/state.ts';
import { createSubject, type EngineUnderTest } from './engine/subject.ts';
import { topicSuite } from './engine/topics.ts';

export type { EngineUnderTest };

/** What every engine must do; call it from the engine's own test file. `open` gives an engine without data. */
export function engineConformance(name: string, open: () => Promise<EngineUnderTest>): void {
  describe(`${name}: the engine port`, () => {
    let underTest: EngineUnderTest;
    let engine: Engine;
    beforeEach(async () => {
      underTest = await open();
      engine = underTest.engine;
    });
    afterEach(() => underTest.cleanup());

    const subject = createSubject(
      () => engine,
      async () => {
        engine = await underTest.reopen();
      },
    );
    topicSuite(subject);
    groupSuite(subject);
    retrySuite(subject);
    holdSuite(subject);
    lifecycleSuite(subject);
    anythingSuite(subject);
    stateSuite(subject);
  });
}
