/**
 * What a story says of why it went wrong: the pattern's name, what it is about, and the one sentence.
 */
import { explore, type Failure, type ThreadBody } from 'gil/sim';
import { Condition, Lock } from 'gil/threading';
import { describe, expect, it } from 'vitest';

function failureOf<S>(state: () => S, ann: ThreadBody<S>, bob: ThreadBody<S>, after: (s: S) => unknown): Failure {
  const { failure } = explore({ dialect: 'cpython-3.9', state, threads: { ann, bob }, after });
  if (failure === null) throw new Error('expected a failure');
  return failure;
}

describe('the cause', () => {
  it('is a lost update, where a value is written that was computed from an old one', () => {
    const add = (s: { n: number }): void => {
      s.n += 1;
    };
    const { cause } = failureOf(
      () => ({ n: 0 }),
      add,
      add,
      (s) => s.n === 2,
    );
    expect(cause).toMatchObject({ name: 'lost update', subject: 's.n' });
    expect(cause!.sentence).toMatch(
      /^ann overwrites at step \d what bob wrote to s\.n at step \d: it computed 1 from 0, which it had read at step 1$/,
    );
  });

  it('is a check that was acted on too late, though the act itself reads anew', () => {
    const withdraw = (s: { balance: number; log: string[] }): void => {
      if (s.balance >= 80) {
        s.log.push('80');
        s.balance -= 80;
      }
    };
    const { cause, timeline } = failureOf(
      () => ({ balance: 100, log: [] as string[] }),
      withdraw,
      withdraw,
      (s) => s.balance >= 0,
    );
    expect(cause).toMatchObject({ name: 'check then act', subject: 's.balance' });
    expect(cause!.sentence).toMatch(
      /^ann looked at s\.balance at step 1 \(100\) and changed it at step \d, but in between, at step \d, bob had changed it to 20$/,
    );
    expect(timeline[0]!.what).toMatch(/s\.balance → 100, s\.log\[0\]: undefined → '80'$/);
  });

  it('is a check that both made, where neither changes what was checked', () => {
    const enter = (s: { open: boolean; inside: string[] }): void => {
      if (s.open) s.inside.push('me');
    };
    const { cause } = failureOf(
      () => ({ open: true, inside: [] as string[] }),
      enter,
      enter,
      (s) => s.inside.length === 1,
    );
    expect(cause).toMatchObject({ name: 'check then act', subject: 's.open' });
    expect(cause!.sentence).toMatch(/^ann and bob both looked at s\.open before either had changed it/);
  });

  it('is a flag that was looked at, not an update that was lost', () => {
    const start = (s: { started: boolean; starts: string[] }): void => {
      if (!s.started) {
        s.started = true;
        s.starts.push('start');
      }
    };
    const { cause } = failureOf(
      () => ({ started: false, starts: [] as string[] }),
      start,
      start,
      (s) => s.starts.length === 1,
    );
    expect(cause).toMatchObject({ name: 'check then act', subject: 's.started' });
  });

  it('is what the condition that fails looked at, and not what happened beside it', () => {
    const both = (s: { total: number; noise: number }): void => {
      s.noise += 1;
      s.total += 1;
    };
    const ann = (s: { total: number; noise: number }): void => {
      s.noise += 1;
      const seen = s.total;
      s.noise += 1;
      s.total = seen + 1;
    };
    const { cause } = failureOf(
      () => ({ total: 0, noise: 0 }),
      ann,
      both,
      (s) => s.total === 2,
    );
    expect(cause).toMatchObject({ name: 'lost update', subject: 's.total' });
  });

  it('is a wake-up that somebody else took', () => {
    interface Shop {
      lock: Lock;
      filled: Condition;
      items: number;
    }
    const { failure } = explore({
      state: () => {
        const lock = new Lock({ name: 'm' });
        return { lock, filled: new Condition(lock, { name: 'filled' }), items: 0 };
      },
      threads: {
        maker: (s: Shop) => {
          s.lock.acquireSync();
          s.items += 1;
          s.filled.notify();
          s.lock.release();
        },
        ann: (s) => {
          s.lock.acquireSync();
          if (s.items === 0) s.filled.waitSync();
          s.items -= 1;
          s.lock.release();
        },
        bob: (s) => {
          s.lock.acquireSync();
          if (s.items > 0) s.items -= 1;
          s.lock.release();
          s.lock.acquireSync();
          s.items += 1;
          s.filled.notify();
          s.lock.release();
        },
      },
      always: (s) => s.items >= 0,
    });
    expect(failure?.cause).toMatchObject({ name: 'lost wake-up', subject: 'filled' });
    expect(failure!.cause!.sentence).toMatch(
      /was notified by maker at step \d+, but (ann|bob) came first and changed s\.items from 1 to 0/,
    );
  });
});
