/**
 * Histories of which it is known whether an order explains them: each answer here is one that a broken checker gets wrong.
 */
import { describe, expect, it } from 'vitest';
import { Checker, History } from '../../src/sim/linearizable-history.js';
import { copyOf, keyOf, Outcomes, WAITS } from '../../src/sim/linearizable-outcome.js';

class Register {
  value = 0;
  write(value: number): void {
    this.value = value;
  }
  read(): number {
    return this.value;
  }
  take(): unknown {
    return this.value === 0 ? WAITS : this.value;
  }
}

type Event = readonly ['begin', number] | readonly ['end', number, unknown];

const operations = [
  { method: 'write', args: [1] },
  { method: 'read', args: [] },
  { method: 'read', args: [] },
  { method: 'take', args: [] },
];

function check(events: readonly Event[]): boolean {
  const outcomes = new Outcomes(undefined);
  const checker = new Checker(() => new Register(), operations, outcomes);
  const history = new History(operations.length);
  for (const event of events) {
    if (event[0] === 'begin') history.begin(event[1]);
    else history.end(event[1], outcomes.numberOf({ kind: 'returned', value: event[2] }));
  }
  return checker.isLinearizable(history);
}

describe('a history', () => {
  it.each<[string, boolean, Event[]]>([
    [
      'one after another',
      true,
      [
        ['begin', 0],
        ['end', 0, undefined],
        ['begin', 1],
        ['end', 1, 1],
      ],
    ],
    [
      'a read that is too late to see the old value',
      false,
      [
        ['begin', 0],
        ['end', 0, undefined],
        ['begin', 1],
        ['end', 1, 0],
      ],
    ],
    [
      'overlapping calls in the other order than they began',
      true,
      [
        ['begin', 0],
        ['begin', 1],
        ['end', 1, 0],
        ['end', 0, undefined],
      ],
    ],
    [
      'overlapping calls in the other order than they ended',
      true,
      [
        ['begin', 1],
        ['begin', 0],
        ['end', 0, undefined],
        ['end', 1, 0],
      ],
    ],
    [
      'the new value and then the old one',
      false,
      [
        ['begin', 0],
        ['begin', 1],
        ['end', 1, 1],
        ['begin', 2],
        ['end', 2, 0],
        ['end', 0, undefined],
      ],
    ],
    [
      'the old value and then the new one',
      true,
      [
        ['begin', 0],
        ['begin', 1],
        ['end', 1, 0],
        ['begin', 2],
        ['end', 2, 1],
        ['end', 0, undefined],
      ],
    ],
    [
      'a value that nobody wrote',
      false,
      [
        ['begin', 0],
        ['begin', 1],
        ['end', 1, 2],
        ['end', 0, undefined],
      ],
    ],
    [
      'a wait where the specification waits',
      true,
      [
        ['begin', 3],
        ['begin', 1],
        ['end', 1, 0],
      ],
    ],
    [
      'a wait where it does not',
      false,
      [
        ['begin', 3],
        ['begin', 0],
        ['end', 0, undefined],
      ],
    ],
  ])('%s: %s', (_, expected, events) => {
    expect(check(events)).toBe(expected);
  });

  it('is not taken for another one that gave the same results', () => {
    const outcomes = new Outcomes(undefined);
    const checker = new Checker(() => new Register(), operations, outcomes);
    const [overlapping, apart] = [new History(4), new History(4)];
    overlapping.begin(0);
    overlapping.begin(1);
    apart.begin(0);
    for (const history of [overlapping, apart]) {
      history.end(0, outcomes.numberOf({ kind: 'returned', value: undefined }));
      if (history === apart) history.begin(1);
      history.end(1, outcomes.numberOf({ kind: 'returned', value: 0 }));
    }
    expect([checker.isLinearizable(overlapping), checker.isLinearizable(apart)]).toEqual([true, false]);
  });
});

describe('results', () => {
  it('are alike if they are deeply equal, and errors by name and message', () => {
    const outcomes = new Outcomes(undefined);
    const returned = (value: unknown) => outcomes.numberOf({ kind: 'returned', value });
    const threw = (value: unknown) => outcomes.numberOf({ kind: 'threw', value });
    expect(returned({ a: [1] })).toBe(returned({ a: [1] }));
    expect(returned({ a: [1] })).not.toBe(returned({ a: [2] }));
    expect(returned(1)).not.toBe(returned('1'));
    expect(threw(new RangeError('x'))).toBe(threw(new RangeError('x')));
    expect(threw(new RangeError('x'))).not.toBe(threw(new TypeError('x')));
    expect(threw(1)).not.toBe(returned(1));
  });

  it('are kept as they were', () => {
    const list = [{ a: 1 }];
    const copy = copyOf(list);
    list[0]!.a = 2;
    expect(copy).toEqual([{ a: 1 }]);
  });

  it('have a key only if they are data', () => {
    expect(keyOf([{ a: [[[[1]]]] }])).not.toBe(keyOf([{ a: [[[[2]]]] }]));
    expect(keyOf(['1'])).not.toBe(keyOf([1]));
    expect(keyOf([new Date(0)])).toBeUndefined();
  });
});
