/**
 * Whether calls that overlapped can be explained by calls that did not: Wing and Gong's search for an order of the calls that respects who had
 * ended before whom began, and in which the sequential object gives the same results (Testing and Verifying Concurrent Objects, 1993). What the
 * sequential object gives after which calls is remembered, so it is asked once for all schedules of a scenario.
 */
import { copyOf, type Outcome, type Outcomes, WAITING } from './linearizable-outcome.js';

/** A call of a scenario. */
export interface Operation {
  readonly method: string;
  readonly args: readonly unknown[];
}

/** As many calls as a scenario may have: each is a bit of a word. */
export const MAX_OPERATIONS = 30;

const NEVER = -1;

/** What happened in one schedule: of each call, who had ended before it began, and how it ended itself. */
export class History {
  /** Of each call, the calls that had ended when it began, as bits; -1: it never began. */
  readonly before: number[];
  /** Of each call, the number of its outcome; -1: it never ended. */
  readonly outcomes: number[];
  #ended = 0;

  constructor(operations: number) {
    this.before = new Array<number>(operations).fill(NEVER);
    this.outcomes = new Array<number>(operations).fill(NEVER);
  }

  begin(operation: number): void {
    this.before[operation] = this.#ended;
  }

  end(operation: number, outcome: number): void {
    this.outcomes[operation] = outcome;
    this.#ended |= 1 << operation;
  }

  /** The calls that have ended, as bits. */
  get ended(): number {
    return this.#ended;
  }

  /** Histories with the same key have the same verdict. */
  get key(): string {
    return `${this.before}|${this.outcomes}`;
  }

  isPending(operation: number): boolean {
    return this.before[operation] !== NEVER && this.outcomes[operation] === NEVER;
  }
}

/** The sequential object after some calls in some order. */
interface Node {
  /** The number of the outcome that each call would have here; -1: not known yet. */
  readonly outcomes: Int32Array;
  readonly after: (Node | undefined)[];
}

/** An order that respects time, and what each call would give in it. */
export interface Order {
  readonly calls: readonly { readonly operation: number; readonly outcome: number }[];
}

export class Checker {
  readonly #make: () => object;
  readonly #operations: readonly Operation[];
  readonly #outcomes: Outcomes;
  readonly #root: Node;
  readonly #verdicts = new Map<string, boolean>();

  constructor(make: () => object, operations: readonly Operation[], outcomes: Outcomes) {
    this.#make = make;
    this.#operations = operations;
    this.#outcomes = outcomes;
    this.#root = this.#node();
  }

  /** How many different histories have been looked at. */
  get histories(): number {
    return this.#verdicts.size;
  }

  isLinearizable(history: History): boolean {
    const { key } = history;
    let verdict = this.#verdicts.get(key);
    if (verdict === undefined) {
      verdict = this.#explains(history, this.#root, 0, []);
      this.#verdicts.set(key, verdict);
    }
    return verdict;
  }

  #explains(history: History, node: Node, done: number, path: number[]): boolean {
    if (done === history.ended) return this.#allWait(history, node, path);
    for (const operation of candidates(history, done)) {
      if (this.#outcomeOf(node, path, operation) !== history.outcomes[operation]) continue;
      path.push(operation);
      if (this.#explains(history, this.#child(node, operation), done | (1 << operation), path)) return true;
      path.pop();
    }
    return false;
  }

  /** Calls that never ended must be calls that have to wait, as things are at the end. */
  #allWait(history: History, node: Node, path: readonly number[]): boolean {
    return this.#operations.every((_, operation) => !history.isPending(operation) || this.#outcomeOf(node, path, operation) === WAITING);
  }

  /** Up to `most` orders that respect time, whatever they give. */
  orders(history: History, most: number): Order[] {
    const orders: Order[] = [];
    const path: number[] = [];
    const visit = (node: Node, done: number, calls: Order['calls']): void => {
      if (orders.length >= most) return;
      if (done === history.ended) {
        const pending = this.#operations.flatMap((_, operation) =>
          history.isPending(operation) ? [{ operation, outcome: this.#outcomeOf(node, path, operation) }] : [],
        );
        orders.push({ calls: [...calls, ...pending] });
        return;
      }
      for (const operation of candidates(history, done)) {
        const outcome = this.#outcomeOf(node, path, operation);
        path.push(operation);
        visit(this.#child(node, operation), done | (1 << operation), [...calls, { operation, outcome }]);
        path.pop();
      }
    };
    visit(this.#root, 0, []);
    return orders;
  }

  #node(): Node {
    return { outcomes: new Int32Array(this.#operations.length).fill(NEVER), after: [] };
  }

  #child(node: Node, operation: number): Node {
    node.after[operation] ??= this.#node();
    return node.after[operation];
  }

  #outcomeOf(node: Node, path: readonly number[], operation: number): number {
    if (node.outcomes[operation] === NEVER) {
      const object = this.#make();
      for (const earlier of path) callPlainly(object, this.#operations[earlier]!);
      node.outcomes[operation] = this.#outcomes.numberOf(callPlainly(object, this.#operations[operation]!));
    }
    return node.outcomes[operation]!;
  }
}

/** The calls that may be next: all that had ended before they began have had their turn. */
function* candidates({ ended, before }: History, done: number): Generator<number> {
  for (let operation = 0; operation < before.length; operation += 1) {
    const bit = 1 << operation;
    if ((ended & bit) !== 0 && (done & bit) === 0 && (before[operation]! & ~done) === 0) yield operation;
  }
}

function callPlainly(object: object, { method, args }: Operation): Outcome {
  try {
    const value: unknown = (Reflect.get(object, method) as (...args: unknown[]) => unknown).apply(object, copyOf([...args]));
    return value === object ? { kind: 'itself' } : { kind: 'returned', value: copyOf(value) };
  } catch (error) {
    return { kind: 'threw', value: error };
  }
}
