/**
 * How a ratio is taken: both sides in turn, many times, in one run; the median of the pairs' ratios. A machine that is busy for a
 * while slows both sides of a pair.
 */

/** The middle one. */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** Milliseconds that `task` takes. */
export async function time(task) {
  const start = performance.now();
  await task();
  return performance.now() - start;
}

/** `subject ÷ base`, from `pairs` pairs after a warm-up; `unit` is how many operations one call of
 * either does, if one operation's time is of interest. */
export async function ratio({ base, subject, pairs = 21, unit }) {
  for (let i = 0; i < 3; i += 1) {
    await base();
    await subject();
  }
  const ratios = [];
  const times = { base: [], subject: [] };
  for (let i = 0; i < pairs; i += 1) {
    const baseTime = await time(base);
    const subjectTime = await time(subject);
    ratios.push(subjectTime / baseTime);
    times.base.push(baseTime);
    times.subject.push(subjectTime);
  }
  const show = (values) => (unit ? `${((median(values) / unit) * 1e6).toFixed(1)} ns` : `${median(values).toFixed(2)} ms`);
  return { ratio: Number(median(ratios).toFixed(3)), base: show(times.base), subject: show(times.subject) };
}
