/**
 * The strategies by the names that a spec gives them.
 */
import { SpecError } from '../errors.js';
import type { SearchOptions, StrategyName } from '../spec.js';
import type { Strategy } from '../strategy.js';
import { Delays } from './delays.js';
import { Exhaustive } from './exhaustive.js';
import { Preemptions } from './preemptions.js';

const STRATEGIES: Partial<Record<StrategyName, (options: SearchOptions) => Strategy>> = {
  portfolio: () => new Preemptions(),
  exhaustive: () => new Exhaustive(),
  preemptions: ({ bound }) => new Preemptions(bound),
  delays: ({ bound }) => new Delays(bound),
};

/**
 * @throws SpecError
 */
export function createStrategy(options: SearchOptions): Strategy {
  const { strategy = 'portfolio' } = options;
  const create = STRATEGIES[strategy];
  if (create !== undefined) return create(options);
  throw new SpecError(`search.strategy: expected one of ${Object.keys(STRATEGIES).join(', ')}; got ${JSON.stringify(strategy)}`);
}
