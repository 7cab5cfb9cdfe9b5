/**
 * The strategies by the names that a spec gives them.
 */
import { SpecError } from '../errors.js';
import type { SearchOptions, StrategyName } from '../spec.js';
import type { Strategy } from '../strategy.js';
import { Delays } from './delays.js';
import { SourceDpor } from './dpor.js';
import { Exhaustive } from './exhaustive.js';
import { PriorityChanges } from './pct.js';
import { Portfolio } from './portfolio.js';
import { PartialOrderSampling } from './pos.js';
import { Preemptions } from './preemptions.js';
import { RandomWalk } from './random.js';
import { UniformRandomWalk } from './urw.js';

const SEED = 1;
const DEPTH = 3;

const STRATEGIES: Record<StrategyName, (options: SearchOptions) => Strategy> = {
  portfolio: ({ seed = SEED }) => new Portfolio(seed),
  exhaustive: () => new Exhaustive(),
  preemptions: ({ bound }) => new Preemptions(bound),
  delays: ({ bound }) => new Delays(bound),
  random: ({ seed = SEED }) => new RandomWalk(seed),
  urw: ({ seed = SEED }) => new UniformRandomWalk(seed),
  pct: ({ seed = SEED, depth = DEPTH }) => new PriorityChanges(seed, depth),
  dpor: () => new SourceDpor(),
  pos: ({ seed = SEED }) => new PartialOrderSampling(seed),
};

/**
 * @throws SpecError
 */
export function createStrategy(options: SearchOptions): Strategy {
  const { strategy = 'portfolio' } = options;
  if (Object.hasOwn(STRATEGIES, strategy)) return STRATEGIES[strategy](options);
  throw new SpecError(`search.strategy: expected one of ${Object.keys(STRATEGIES).join(', ')}; got ${JSON.stringify(strategy)}`);
}
