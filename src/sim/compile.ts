/**
 * From a spec to what the engine runs: everything checked once, threads made into generator functions, and it is seen which threads begin with
 * something that others could notice.
 */
import type { Dialect } from '../dialects/dialect.js';
import { describe } from '../errors.js';
import { activate, sitesOf, twinOf } from '../transform/twins.js';
import { accessorsOf } from './accessors.js';
import { equip } from './equip.js';
import { SpecError } from './errors.js';
import { THREAD_EXPORTS } from './exports.js';
import { onOpaque } from './opaque.js';
import type { Program } from './program.js';
import type { Spec, ThreadBody } from './spec.js';
import type { VirtualThread } from './switch-point.js';
import { threadKind } from './thread-kind.js';

const MAX_STEPS = 10_000;

/**
 * @throws SpecError
 */
export function compile<S>(spec: Spec<S>, dialect: Dialect): Program {
  equip();
  checkSpec(spec);
  const entries = Object.entries(spec.threads);
  const names = entries.map(([name]) => name);
  const state = (): unknown => {
    try {
      return spec.state();
    } catch (cause) {
      throw new SpecError(`state: expected it to make what the threads share; it threw ${describe(cause)}`, { cause });
    }
  };
  checkFresh(state);
  const atomic = new Set<unknown>(spec.atomic);
  activate({ dialect, exports: THREAD_EXPORTS, ...accessorsOf(state(), atomic), atomic, onOpaque });
  const threads = entries.map(([name, body]) => prepare(name, body));
  return {
    names,
    bodies: threads.map(({ body }) => body),
    state,
    always: spec.always as Program['always'],
    after: spec.after as Program['after'],
    beginnings: threads.map(({ body }) => beginningOf(body, state)),
    calls: threads.map(({ kind }) => (kind === 'ordinary' && dialect.lock === 'global' ? 'quiet' : 'announced')),
    sites: threads.flatMap(({ sites }) => sites),
    time: 'when-idle',
    maxSteps: spec.search?.maxSteps ?? MAX_STEPS,
  };
}

interface Prepared {
  readonly kind: 'ordinary' | 'generator';
  readonly body: (state: unknown) => VirtualThread;
  readonly sites: readonly number[];
}

const NO_PROMISE = 'what is between two awaits cannot be switched, and what an await waits for has a schedule of its own';

function prepare(name: string, body: ThreadBody<never>): Prepared {
  const kind = threadKind(name, body, NO_PROMISE);
  if (kind === 'generator') return { kind, body: body as unknown as Prepared['body'], sites: [] };
  const twin = twinOf(body);
  return { kind, body: twin as Prepared['body'], sites: sitesOf(twin) };
}

function checkSpec(spec: unknown): void {
  if (typeof spec !== 'object' || spec === null) throw new SpecError(`spec: expected { state, threads, after, … }; got ${describe(spec)}`);
  const { state, threads, always, after } = spec as { readonly [K in keyof Spec<unknown>]: unknown };
  if (typeof state !== 'function')
    throw new SpecError(`state: expected a function that makes what the threads share; got ${describe(state)}`);
  for (const [name, condition] of Object.entries({ always, after })) {
    if (condition !== undefined && typeof condition !== 'function')
      throw new SpecError(`${name}: expected a function of the state; got ${describe(condition)}`);
  }
  if (typeof threads !== 'object' || threads === null || Object.keys(threads).length === 0)
    throw new SpecError(`threads: expected at least one, as in { ann: (s) => …, bob: (s) => … }; got ${describe(threads)}`);
  for (const [name, body] of Object.entries(threads)) {
    if (!/^[\p{L}_$][\p{L}\p{N}_$-]*$/u.test(name))
      throw new SpecError(`threads: expected names such as ann or t1, without spaces, dots and plus signs; got ${JSON.stringify(name)}`);
    if (typeof body !== 'function') throw new SpecError(`threads.${name}: expected a function of the state; got ${describe(body)}`);
  }
}

/** What one schedule leaves in the state would be there in the next. */
function checkFresh(state: () => unknown): void {
  const [one, other] = [state(), state()];
  if (one instanceof Promise)
    throw new SpecError(
      'state: expected a value; got a promise. Schedules run in one go: wait for it before, and make the state of what came',
    );
  if (typeof one === 'object' && one !== null && one === other)
    throw new SpecError('state: expected something new at each call; got the same object twice. Make it inside: () => ({ counter: 0 })');
}

/** Runs the thread's first part alone, on a state that tells whether anybody touched it. */
function beginningOf(body: Prepared['body'], state: () => unknown): 'moves' | 'stands' {
  const real = state();
  if (typeof real !== 'object' || real === null) return 'moves';
  let touched: 'no' | 'yes' = 'no';
  const touch = (): undefined => {
    touched = 'yes';
    return undefined;
  };
  const traps = new Proxy({}, { get: () => touch() }) as ProxyHandler<object>;
  const watched = new Proxy(real, traps);
  // An ordinary handler cannot know that a trap was looked up; this one is told by the lookup itself.
  try {
    const first = body(watched).next();
    return touched === 'no' && !first.done ? 'stands' : 'moves';
  } catch {
    return 'moves';
  }
}
