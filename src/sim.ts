/**
 * `gil/sim`: what a few threads can do, under the rules of an interpreter: a proof, or the simplest schedule that goes wrong.
 *
 * @module sim
 */
export type { Dialect } from './dialects/dialect.js';
export type { DialectName } from './dialects/registry.js';
export type { Words } from './host/memory.js';
export type { Cause } from './sim/cause.js';
export { fromEnvironment } from './sim/environment.js';
export {
  InterleavingError,
  NondeterminismError,
  NotLinearizableError,
  SimulationDeadlockError,
  SimulationLimitError,
  SpecError,
} from './sim/errors.js';
export { explore, replay } from './sim/explore.js';
export { Failure, type Finding, type ProvedBelow, type TimelineStep, type WaitingThread } from './sim/failure.js';
export type { StartedThread, StartOptions, ThreadContext, ThreadProgram, WaitLimit } from './sim/host/context.js';
export type { Wish } from './sim/host/demand.js';
export type { Acquirable, Waitable } from './sim/host/primitives.js';
export type { WakeUpOrder } from './sim/host/sleepers.js';
export type { Demand, VirtualText } from './sim/host/task.js';
export { type ArbitraryLike, type FixedCall, type LinearizableSpec, linearizable, type ValueLike } from './sim/linearizable.js';
export { WAITS } from './sim/linearizable-outcome.js';
export { type ExploredScenarios, LinearizableFailure, LinearizableReport, type ObservedCall } from './sim/linearizable-report.js';
export { type LivePool, type LiveReplay, replayLive } from './sim/live.js';
export type { FailureKind } from './sim/program.js';
export { type Bound, type EndedBy, type Proved, Report, Reports, type Sites } from './sim/report.js';
export { type SharingSimulation, type SimulatedThread, type Simulation, simulate, type ValueOf } from './sim/simulate.js';
export { countsByThread, type LockMetrics, lockMetrics, type Slice, slices } from './sim/simulate-metrics.js';
export type {
  SharingOptions,
  SharingProgram,
  SharingThreadOptions,
  SharingThreads,
  SimulateOptions,
  ThreadSpec,
  ThreadSpecs,
  VirtualThreadOptions,
} from './sim/simulate-options.js';
export { type DialectsSpec, type SearchOptions, type Spec, type StrategyName, type ThreadBody, times } from './sim/spec.js';
export type { ToldCircle } from './sim/story-circle.js';
export { type Announcement, Point, type SwitchPoint, type VirtualThread } from './sim/switch-point.js';
export type { Operation, Step } from './steps/step.js';
export { call } from './transform/twins.js';
