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

const STRATEGIES: Record<Exclude<StrategyName, 'stateful'>, (options: SearchOptions & { readonly seed: number }) => Strategy> = {
  portfolio: ({ seed }) => new Portfolio(seed),
  exhaustive: () => new Exhaustive(),
  preemptions: ({ bound }) => new Preemptions(bound),
  delays: ({ bound }) => new Delays(bound),
  random: ({ seed }) => new RandomWalk(seed),
  urw: ({ seed }) => new UniformRandomWalk(seed),
  pct: ({ seed, depth }) => new PriorityChanges(seed, depth ?? 3),
  pos: ({ seed }) => new PartialOrderSampling(seed),
  dpor: () => new SourceDpor(),
};

/**
 * @throws SpecError
 */
export function createStrategy(options: SearchOptions): Strategy {
  const { strategy = 'portfolio', seed = 1 } = options;
  if (strategy !== 'stateful' && Object.hasOwn(STRATEGIES, strategy)) return STRATEGIES[strategy]({ ...options, seed });
  throw new SpecError(`search.strategy: expected one of ${Object.keys(STRATEGIES).join(', ')}, stateful; got ${JSON.stringify(strategy)}`);
}
