/**
 * The rules by which the experiments measure, on a clock that the tests move.
 */
import { describe, expect, it } from 'vitest';
import { calibrate, interleave, median, type Patience, spread } from '../../src/lab/measure.js';
import type { Instruments } from '../../src/lab/quiet.js';

/** A clock that stands still unless somebody works or pauses, and a machine on which others use `foreign` cores. */
class World implements Instruments {
  time = 0;
  used = 0;
  foreignCores = 0;
  log: string[] = [];
  now = (): number => this.time;
  pause = (milliseconds: number): Promise<void> => this.pass(milliseconds);
  foreign = async (): Promise<number> => this.used;
  /** When the others stop. */
  quietFrom = Number.POSITIVE_INFINITY;

  async pass(milliseconds: number): Promise<void> {
    const busy = Math.max(0, Math.min(milliseconds, this.quietFrom - this.time));
    this.used += busy * this.foreignCores;
    this.time += milliseconds;
  }

  /** Something that takes the given times, one after another, then the last one again and again. */
  work(name: string, ...takes: number[]): () => Promise<void> {
    let turn = 0;
    return () => {
      this.log.push(name);
      return this.pass(takes[Math.min(turn++, takes.length - 1)]);
    };
  }
}

describe('median', () => {
  it('is the middle one, or lies between the two middle ones', () => {
    expect(median([3, 1, 2])).toBe(2);
    expect(median([4, 1, 3, 2])).toBe(2.5);
    expect(median([7])).toBe(7);
  });

  it('does not change the values', () => {
    const values = [2, 1];
    median(values);
    expect(values).toEqual([2, 1]);
  });
});

describe('spread', () => {
  it('is half the width of the interval, relative to the median', () => {
    expect(spread([1, 1, 1, 1, 1])).toBe(0);
    expect(spread([0.9, 1, 1, 1, 1.1])).toBeCloseTo(0.1);
  });

  it('leaves out the outermost values once there are enough', () => {
    const values = [0.1, 9, ...Array.from({ length: 18 }, () => 1)];
    expect(spread(values)).toBe(0);
  });
});

describe('interleave', () => {
  it('runs the sides in turn and stops at the least number of rounds when they agree', async () => {
    const world = new World();
    const rounds = await interleave(
      { sides: { a: world.work('a', 100), b: world.work('b', 50) }, ratios: [['a', 'b']], least: 3, limit: 10_000 },
      world,
    );
    expect(world.log.join('')).toBe('ababab');
    expect(rounds.ratio('a', 'b')).toBe(2);
    expect(rounds.time('b')).toBe(50);
    expect(rounds).toMatchObject({ count: 3, setAside: 0, foreign: 0 });
  });

  it('takes the median of the ratios of the rounds, so one disturbed round does not count', async () => {
    const world = new World();
    const sides = { a: world.work('a', 100, 900, 100), b: world.work('b', 100) };
    const rounds = await interleave({ sides, ratios: [['a', 'b']], least: 3, most: 3 }, world);
    expect(rounds.ratio('a', 'b')).toBe(1);
  });

  it('goes on while the ratios do not agree, up to the most', async () => {
    const world = new World();
    const sides = { a: world.work('a', ...Array.from({ length: 40 }, (_, i) => (i % 2 ? 100 : 200))), b: world.work('b', 100) };
    const rounds = await interleave({ sides, ratios: [['a', 'b']], least: 3, most: 9, limit: 1e9 }, world);
    expect(rounds.count).toBe(9);
  });

  it('goes on while the ratios do not agree, up to the limit, but never with less than the least', async () => {
    const world = new World();
    const sides = (): Record<'a' | 'b', () => Promise<void>> => ({
      a: world.work('a', ...Array.from({ length: 40 }, (_, i) => (i % 2 ? 100 : 200))),
      b: world.work('b', 100),
    });
    expect((await interleave({ sides: sides(), ratios: [['a', 'b']], least: 3, limit: 1200 }, world)).count).toBe(5);
    expect((await interleave({ sides: sides(), ratios: [['a', 'b']], least: 3, limit: 1 }, world)).count).toBe(3);
  });

  it('sets disturbed rounds aside and waits until the others have gone', async () => {
    const world = new World();
    world.foreignCores = 1;
    world.quietFrom = 950;
    const sides = { a: world.work('a', 200, 100), b: world.work('b', 100) };
    const rounds = await interleave({ sides, ratios: [['a', 'b']], least: 3, limit: 5000 }, world);
    expect(rounds).toMatchObject({ count: 3, setAside: 1 });
    expect(rounds.ratio('a', 'b')).toBe(1);
    // One round of 300 ms, eight times 100 ms of listening of which only the last is quiet, three quiet rounds.
    expect(world.time).toBe(300 + 800 + 3 * 200);
  });

  it('waits until two cores are there, and sets rounds aside after which they were not', async () => {
    const world = new World();
    const looks = [1.2, 1.3, 1.9, 1.1, 1.9, 1.9];
    const cores = async (): Promise<number> => looks.shift() ?? 2;
    const sides = { a: world.work('a', 300, 100), b: world.work('b', 100) };
    const rounds = await interleave({ sides, ratios: [['a', 'b']], least: 3, limit: 5000 }, { ...world, pause: world.pause, cores });
    // Two looks in vain, a round whose end was disturbed, three quiet rounds.
    expect(rounds).toMatchObject({ count: 3, setAside: 1, disturbed: 0 });
    expect(world.time).toBe(2 * 20 + 400 + 3 * 200);
  });

  it('counts all rounds when it never becomes quiet', async () => {
    const world = new World();
    world.foreignCores = 1.5;
    const sides = { a: world.work('a', 100), b: world.work('b', 100) };
    const rounds = await interleave({ sides, ratios: [['a', 'b']], least: 4, limit: 2000 }, world);
    expect(rounds).toMatchObject({ count: 4, setAside: 0, disturbed: 4, foreign: 1.5 });
    expect(world.time).toBeLessThanOrEqual(2100);
  });

  it('waits beyond the limit as long as the run has patience, and takes from it what it used', async () => {
    const world = new World();
    world.foreignCores = 1;
    world.quietFrom = 3000;
    const patience: Patience = { left: 4000 };
    const sides = { a: world.work('a', 100), b: world.work('b', 100) };
    const rounds = await interleave({ sides, ratios: [['a', 'b']], least: 4, limit: 1000, patience }, world);
    expect(rounds).toMatchObject({ count: 4, setAside: 1 });
    expect(world.time).toBeGreaterThan(3000);
    expect(patience.left).toBe(4000 - (world.time - 1000));
  });
});

describe('calibrate', () => {
  it('finds the amount of work for a time, and does not look at the first run', async () => {
    const world = new World();
    let runs = 0;
    const amount = await calibrate(
      100,
      10,
      async (count) => {
        runs += 1;
        await world.pass(runs === 1 ? 5000 : count / 100);
      },
      world,
    );
    expect(amount).toBe(10_000);
  });
});
