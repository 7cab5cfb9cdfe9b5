/**
 * Laws 13 to 18, 21, 22: what a switch is, who pays for it, and what counts as one.
 */
import { expect } from 'vitest';
import { lastHolder, requestsOf } from './contender.js';
import { compute, rivalThatAsked, spin, tenures, untilTicks, visit } from './roles.js';
import { NEVER } from './stage.js';
import type { Proofs, Scene } from './suite.js';

export const switching: Proofs<Scene> = {
  async 13({ stage }) {
    const scene = stage({ switchInterval: 1 });
    const actors = [1, 2, 3].map(() => scene.start(spin, 1500));
    await Promise.all(actors.map(({ answer }) => answer));
    const { switches, drops } = scene.lock.stats();
    const log = scene.log();
    // After each forced drop another one has the lock. The other switches are the first take, and one after each release but the last.
    expect(drops.forced).toBeGreaterThan(0);
    expect(switches - drops.forced).toBe(3);
    expect(tenures(log)).toHaveLength(switches);

    // And where there is one drop alone: nothing of the holder's between the two halves but the rival.
    const once = stage({ switchInterval: 1 });
    const holder = once.start(function* ({ take, look, release, open, gate, log, stats }) {
      yield* take();
      open('holding');
      yield* gate('go');
      log(1);
      const before = stats().switches;
      yield* look();
      log(1);
      const after = stats().switches;
      yield* release();
      return after - before;
    });
    const rival = await rivalThatAsked(once);
    once.open('go');
    // There and back.
    expect(await holder.answer).toBe(2);
    await rival.answer;
    expect(once.log()).toEqual([1, 2, 1]);
  },

  async 14({ stage }) {
    const scene = stage({ switchInterval: 1 });
    const actors = [1, 2].map(() => scene.start(spin, 2000));
    await Promise.all(actors.map(({ answer }) => answer));
    const { switches, drops } = scene.lock.stats();
    // One first take, one hand-over at the end of whoever ends first; every other change of holder is a forced drop, and every forced
    // drop a change of holder: A, B, A, B.
    expect(switches).toBe(drops.forced + 2);
    expect(tenures(scene.log())).toHaveLength(switches);
  },

  async 15({ stage }) {
    const only = stage();
    const switches = await only.solo(function* ({ take, release, io, stats }) {
      yield* take();
      const seen = [stats().switches];
      for (let round = 0; round < 500; round += 1) yield* io(function* () {});
      seen.push(stats().switches);
      for (let round = 0; round < 500; round += 1) {
        yield* release();
        yield* take();
      }
      seen.push(stats().switches);
      yield* release();
      return seen;
    });
    expect(switches).toEqual([1, 1, 1]);
    expect(only.lock.stats()).toMatchObject({ holds: 1001, requests: 0, drops: { forced: 0, voluntary: 500, final: 501 } });

    // Beside a thread that is there and wants nothing, and beside one that waits and has not asked: it gets in, and nobody is asked.
    const scene = stage({ switchInterval: NEVER });
    const letter = scene.start(function* ({ take, release, io, open, gate }) {
      yield* take();
      open('holding');
      yield* gate('go');
      yield* io(function* () {
        yield* gate('inside');
      });
      yield* release();
    });
    await scene.opened('holding');
    const waiter = scene.start(function* ({ take, release, open }) {
      yield* take();
      open('inside');
      yield* release();
    });
    await scene.waiting(1);
    scene.open('go');
    await Promise.all([letter.answer, waiter.answer]);
    expect(scene.lock.stats()).toMatchObject({ requests: 0, drops: { forced: 0, voluntary: 1 } });
  },

  async 16({ stage }) {
    for (let round = 0; round < 5; round += 1) {
      const scene = stage({ switchInterval: 1 });
      const holder = scene.start(function* ({ take, release, io, nothing, open, gate, stats, holds }) {
        yield* take();
        // Warm, so that it is no slower than the hand-over that it looks for.
        for (let turn = 0; turn < 100; turn += 1) stats();
        open('holding');
        yield* gate('go');
        const inside = yield* io(function* () {
          const first = [stats().switches >= 2, holds()];
          yield* nothing();
          return first;
        });
        yield* release();
        return inside;
      });
      const rival = await rivalThatAsked(scene);
      scene.open('go');
      // The first thing inside sees that the lock has gone to another already.
      expect(await holder.answer).toEqual([true, false]);
      await rival.answer;
      expect(scene.lock.stats()).toMatchObject({ drops: { forced: 0, voluntary: 1, final: 2 } });
      await scene.close();
    }
  },

  async 17({ stage }) {
    const scene = stage({ switchInterval: 0.5 });
    const actors = [1, 2, 3].map(() =>
      scene.start(function* ({ take, look, io, release, log, number }) {
        for (let round = 0; round < 60; round += 1) {
          yield* take();
          log(number);
          for (let turn = 0; turn < 4; turn += 1) {
            for (let work = 0; work < 5000; work += 1) Math.imul(work, work);
            yield* look();
            log(number);
            yield* io(function* () {});
            log(number);
          }
          yield* release();
        }
      }),
    );
    await Promise.all(actors.map(({ answer }) => answer));
    // Everyone writes its number whenever it may have got the lock anew: changes of number are changes of holder.
    expect(scene.lock.stats().switches).toBe(tenures(scene.log()).length);
    expect(scene.lock.stats().holds).toBeGreaterThan(scene.lock.stats().switches);
  },

  async 18({ stage }) {
    const scene = stage();
    const first = scene.start(function* ({ take, release, gate, open }) {
      yield* take();
      yield* release();
      open('done');
      yield* gate('go');
      yield* take();
      yield* release();
    });
    await scene.opened('done');
    expect(scene.lock.isLocked()).toBe(false);
    expect(lastHolder(scene.lock)).toBe(await first.ident);
    // So its next take is no switch, and another's is.
    scene.open('go');
    await first.answer;
    expect(scene.lock.stats().switches).toBe(1);
    const second = scene.start(visit);
    await second.answer;
    expect(scene.lock.stats().switches).toBe(2);
    expect(lastHolder(scene.lock)).toBe(await second.ident);
  },

  async 20({ stage }) {
    // One asks; another, who came later and has not, sleeps in front of it and is woken first. With luck: the look must come in time.
    let reached = false;
    for (let round = 0; !reached && round < 50; round += 1) {
      const scene = stage({ switchInterval: 20 });
      const holder = scene.start(compute);
      await scene.opened('holding');
      const first = scene.start(visit);
      await scene.waiting(1);
      await untilTicks(stage, 1, 10);
      const second = scene.start(visit);
      await Promise.all([first.answer, second.answer]);
      scene.open('stop');
      await holder.answer;
      const [asked, silent] = [requestsOf(scene.lock, await first.ident), requestsOf(scene.lock, await second.ident)];
      // The second came in first (the log has actors by number), without a request of its own; the first one had asked.
      reached = scene.log()[0] === 3 && asked > 0 && silent === 0;
      await scene.close();
    }
    expect(reached).toBe(true);
  },

  async 21({ stage }) {
    const scene = stage({ switchInterval: 1 });
    const actors = [1, 2].map(() =>
      scene.start(function* ({ take, look, release, stats, input, open, isOpen }) {
        let slices = 0;
        let last = 0;
        yield* take();
        while (stats().switches < input) {
          if (stats().switches !== last) slices += 1;
          last = stats().switches;
          for (let work = 0; work < 2000; work += 1) Math.imul(work, work);
          yield* look();
          // Whoever ends first leaves the rest to the other: what comes then is no sharing.
          if (isOpen('stop')) break;
        }
        open('stop');
        yield* release();
        return slices;
      }, 100),
    );
    const slices = await Promise.all(actors.map(({ answer }) => answer));
    expect(Math.min(...slices)).toBeGreaterThanOrEqual(40);
  },

  async 22({ stage }) {
    const interval = 4;
    const scene = stage({ switchInterval: interval });
    const actors = [1, 2].map(() =>
      scene.start(function* ({ take, look, release, stats, now, input }) {
        const starts: [number, number][] = [];
        yield* take();
        for (let last = 0; stats().switches < input; ) {
          if (stats().switches !== last) starts.push([stats().switches, now()]);
          last = stats().switches;
          for (let work = 0; work < 2000; work += 1) Math.imul(work, work);
          yield* look();
        }
        yield* release();
        return starts;
      }, 40),
    );
    const starts = (await Promise.all(actors.map(({ answer }) => answer))).flat().sort((a, b) => a[0] - b[0]);
    const slices = starts.slice(1).map(([, start], at) => start - starts[at]![1]);
    // The middle one: a thread may be put aside between taking the lock and reading the clock, which makes a slice look short.
    expect(slices.sort((a, b) => a - b)[slices.length >> 1]).toBeGreaterThanOrEqual(interval * 0.97);
  },
};
