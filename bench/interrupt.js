/**
 * What it takes to preempt code that nobody transformed: how often threads in endless loops switch, how soon one lets go that is asked to,
 * and what that costs, those who need it and those who do not.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { median } from './measure.js';

const CHILD = fileURLToPath(new URL('./interrupt-child.js', import.meta.url));
const REPETITIONS = Number(process.env.GIL_BENCH_REPETITIONS ?? 5);
/** Each repetition has new processes, of which each is asked so often. */
const ROUNDS = 7;
const INTERVALS = [1, 5, 20, 50];
/** Ideal ÷ measured. */
const REACHES = { 5: 1.25, 50: 1.031 };
/** Milliseconds from a request to the hand-over. */
const SOON = 1.5;

const none = { preemption: 'none' };
const checkpoint = { preemption: 'checkpoint' };
const interrupt = { preemption: 'interrupt' };
const every = (interval, preempted) => ({ ...preempted, interval });

async function open(measure, { preemption, interval = 5 }) {
  const child = fork(CHILD, [measure, preemption, String(interval)]);
  await once(child, 'message');
  return {
    async measure() {
      child.send('go');
      return (await once(child, 'message'))[0];
    },
    async close() {
      const exit = once(child, 'exit');
      child.disconnect();
      await exit;
    },
  };
}

/** Of each subject what it gave, in the order of the rounds; by turns, and every other round in reverse. */
async function byTurns(measure, subjects, rounds = ROUNDS) {
  const values = subjects.map(() => []);
  for (let i = 0; i < REPETITIONS; i += 1) {
    const children = [];
    for (const subject of subjects) children.push(await open(measure, subject));
    for (let round = 0; round < rounds; round += 1) {
      const order = [...children.keys()];
      if ((round + i) % 2 === 1) order.reverse();
      for (const which of order) values[which].push(await children[which].measure());
    }
    for (const child of children) await child.close();
  }
  return values;
}

const show = (milliseconds, digits = 2) => `${milliseconds.toFixed(digits)} ms`;
const middle = (values) => Number(median(values).toFixed(3));

/** The time of a subject ÷ that of what it is compared with, by the median of the rounds. */
function over(name, subject, base, reach) {
  const ratio = middle(subject.map((value, round) => value / base[round]));
  return { name: `interrupt: ${name}`, ratio, reach, subject: show(median(subject)), base: show(median(base)) };
}

function percentile(values, part) {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))];
}

async function switching(interval) {
  const ideal = 1000 / interval;
  const [preempted, looking] = await byTurns('endless', [every(interval, interrupt), every(interval, checkpoint)], 1);
  const perSecond = (runs) => median(runs.map((run) => run.perSecond));
  const share = (runs) => `${((perSecond(runs) / ideal) * 100).toFixed(0)} %`;
  const waits = (runs) => runs.flatMap((run) => run.waits);
  return {
    interval,
    ideal,
    perSecond: perSecond(preempted),
    soon: median(waits(preempted)),
    line: {
      'interval, ms': interval,
      'ideal/s': ideal,
      'interrupt/s': perSecond(preempted).toFixed(1),
      'of ideal': share(preempted),
      'to hand-over, ms': median(waits(preempted)).toFixed(2),
      p99: percentile(waits(preempted), 0.99).toFixed(2),
      'in native': preempted.reduce((sum, run) => sum + run.inNative, 0),
      'checkpoint/s': perSecond(looking).toFixed(1),
      'of ideal there': share(looking),
      'to hand-over there, ms': median(waits(looking)).toFixed(2),
      'p99 there': percentile(waits(looking), 0.99).toFixed(2),
    },
  };
}

export async function run() {
  const found = [];
  for (const interval of INTERVALS) found.push(await switching(interval));
  const rows = found
    .filter(({ interval }) => interval in REACHES)
    .map(({ interval, ideal, perSecond }) => ({
      name: `interrupt: ideal ÷ switches at ${interval} ms`,
      ratio: Number((ideal / perSecond).toFixed(3)),
      reach: REACHES[interval],
      subject: `${perSecond.toFixed(1)}/s`,
      base: `${ideal}/s`,
    }));
  const { soon } = found.find(({ interval }) => interval === 5);
  rows.push({
    name: `interrupt: request to hand-over at 5 ms ÷ ${SOON} ms`,
    ratio: Number((soon / SOON).toFixed(3)),
    reach: 1,
    subject: show(soon),
    base: show(SOON),
  });

  const [aloneOff, aloneOn] = await byTurns('alone', [none, interrupt]);
  rows.push(over('a thread that nobody waits for, on ÷ off', aloneOn, aloneOff, 1.02));

  const [off, at5, at50] = await byTurns('shared', [none, every(5, interrupt), every(50, interrupt)], 3);
  rows.push(over('three threads by turns of 5 ms ÷ one after another', at5, off, 1.02));
  rows.push(over('three threads by turns of 50 ms ÷ one after another', at50, off, 1.02));

  const [idle, looking, able] = await byTurns('tasks', [none, checkpoint, interrupt]);
  rows.push(over('short tasks of a pool, interrupt ÷ none', able, idle, 1.01));
  rows.push(over('short tasks of a pool, interrupt ÷ checkpoint', able, looking, 1.01));

  const cold = { none: [], checkpoint: [], interrupt: [] };
  for (let i = 0; i < 3; i += 1) {
    const values = await byTurns('cold', [none, checkpoint, interrupt], 1);
    for (const [which, name] of Object.keys(cold).entries()) cold[name].push(...values[which]);
  }
  const starts = Object.entries(cold).map(([name, values]) => `${name} ${show(median(values), 1)}`);
  return { rows, table: found.map(({ line }) => line), remark: `From a pool's creation to its first result: ${starts.join(', ')}.` };
}
