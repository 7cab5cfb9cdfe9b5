/**
 * `gil doctor`: what this package can do in this runtime, found out by trying it.
 */

import type { Future } from '../executors/future.js';
import { InterpreterPool } from '../executors/interpreter-pool.js';
import type { Runnable } from '../executors/prepare.js';
import { now } from '../host/clock.js';
import { whyNoInterrupts } from '../host/interrupts.js';
import { HOOKS_RUN } from '../host/module-hooks.js';
import { CORES } from '../host/thread.js';
import { report } from '../runtime/current-task.js';
import { type Command, FAILED, OK, parseCommandLine, UsageError } from './command.js';

/** Something that the package needs, or can use. */
export interface Finding {
  readonly name: 'workers' | 'checkpoints' | 'interrupts';
  readonly state: 'yes' | 'no';
  /** What was seen, or why not. */
  readonly detail: string;
}

const OPTIONS = { json: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } } as const;

export const doctor: Command = {
  summary: 'say what this package can do in this runtime, by trying it',
  help: `Usage: gil doctor [--json]

Tries what the package needs or can use: worker threads that share a lock, code that is transformed so that it looks whether the lock was
asked for, and interrupts, which reach code that was never transformed.

  --json      print one JSON object and nothing else
  -h, --help  print this

Exit code: 0 workers and checkpoints work, 1 they do not, 2 called wrongly.
`,
  async run(args) {
    const { given, positionals } = parseCommandLine(args, OPTIONS);
    if (positionals.length > 0) throw new UsageError(`doctor takes no names; got ${positionals.join(', ')}`);
    if (given.has('help')) {
      process.stdout.write(doctor.help);
      return OK;
    }
    const findings = [await tryWorkers(), await tryCheckpoints(), await tryInterrupts()];
    const runtime = describeRuntime();
    if (given.has('json')) process.stdout.write(`${JSON.stringify({ schemaVersion: 1, runtime, cores: CORES, findings }, null, 2)}\n`);
    else process.stdout.write(`${runtime}, ${CORES} cores\n${findings.map(line).join('')}`);
    return findings.every(({ name, state }) => name === 'interrupts' || state === 'yes') ? OK : FAILED;
  },
};

function line({ name, state, detail }: Finding): string {
  return `  ${name.padEnd(11)}  ${state.padEnd(3)}  ${detail}\n`;
}

function describeRuntime(): string {
  const { bun } = process.versions as { readonly bun?: string };
  const deno = (Reflect.get(globalThis, 'Deno') as { readonly version: { readonly deno: string } } | undefined)?.version.deno;
  const name = bun !== undefined ? `Bun ${bun}` : deno !== undefined ? `Deno ${deno}` : `Node ${process.version}`;
  return `${name}, ${process.platform} ${process.arch}`;
}

/** How long a call may take to hear that it is not wanted any more, in milliseconds. */
const PATIENCE = 5000;

/** A call that ends only when it hears, at a look, that it is not wanted any more. */
function spin(): void {
  report('begun');
  for (;;);
}

/** The same in a text that no look is placed in: what it hears of is the signal. */
function spinUnseen(signal: AbortSignal): void {
  const heard = { aborted: 0 };
  signal.addEventListener('abort', () => {
    heard.aborted = 1;
  });
  report('begun');
  new Function('heard', 'while (heard.aborted === 0);')(heard);
}

async function tryWorkers(): Promise<Finding> {
  return await attempt('workers', async () => {
    await using pool = new InterpreterPool(1);
    const began = now();
    await pool.submit(() => 1);
    return `one answered ${since(began)} after it was asked for`;
  });
}

async function tryCheckpoints(): Promise<Finding> {
  return await attempt('checkpoints', async () => {
    await using pool = new InterpreterPool(1, { gracePeriod: PATIENCE });
    const took = await stop(pool, (submit) => submit(spin));
    const hooks = HOOKS_RUN === 'in-the-thread' ? 'in the thread itself' : 'in a thread of their own';
    return `an endless loop looked within ${took}; module hooks run ${hooks}`;
  });
}

async function tryInterrupts(): Promise<Finding> {
  const why = whyNoInterrupts();
  if (why !== undefined) return { name: 'interrupts', state: 'no', detail: `${why}; use preemption 'checkpoint'` };
  return await attempt('interrupts', async () => {
    await using pool = new InterpreterPool(1, { preemption: 'interrupt', gracePeriod: PATIENCE });
    // The first time what does it has still to start.
    await stop(pool, (submit, signal) => submit(spinUnseen, signal));
    return `an endless loop that never looks was interrupted within ${await stop(pool, (submit, signal) => submit(spinUnseen, signal))}`;
  });
}

async function attempt(name: Finding['name'], task: () => Promise<string>): Promise<Finding> {
  try {
    return { name, state: 'yes', detail: await task() };
  } catch (error) {
    return { name, state: 'no', detail: String(error) };
  }
}

type Submit = <Args extends readonly unknown[]>(task: Runnable<Args, void>, ...args: Args) => Future<void>;

/** Has a call begin and told to stop; how long it took to hear of that. */
async function stop(pool: InterpreterPool, begin: (submit: Submit, signal: AbortSignal) => Future<void>): Promise<string> {
  const controller = new AbortController();
  const { signal } = controller;
  const future = begin((task, ...args) => pool.submitWith({ signal }, task, ...args), signal);
  for await (const _begun of future.progress()) break;
  const time = now();
  controller.abort();
  await future.exception();
  if (now() - time >= PATIENCE) throw new Error(`it heard nothing for ${PATIENCE} ms`);
  return since(time);
}

function since(time: number): string {
  return `${(now() - time).toFixed(1)} ms`;
}
