/** For tests of a project's own contracts, repairs and steps, with any test runner. */
export { type Checked, checkEvent } from './check-event.ts';
export { type RepairTrial, tryHealing, tryRule } from './try-repair.ts';
export { type StepRun, type StepRunOptions, runStep } from './run-step.ts';
export { loadContract, loadStep } from './load.ts';
export { memoryState } from './memory-state.ts';
export { type TestService, startTestService } from './test-service.ts';
