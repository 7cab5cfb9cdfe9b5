#!/usr/bin/env node
/**
 * The command `gil`: finds the subcommand, and decides how the process ends. Data goes to stdout, everything else to stderr.
 */
import { readFileSync } from 'node:fs';
import { after } from '../host/clock.js';
import { type Command, OK, USAGE, UsageError } from './command.js';
import { doctor } from './doctor.js';
import { lab } from './lab.js';

const COMMANDS: Readonly<Record<string, Command>> = { lab, doctor };

const HELP = `Usage: gil <command> [options]

CPython's Global Interpreter Lock as a working part in Node.

Commands:
${Object.entries(COMMANDS)
  .map(([name, { summary }]) => `  ${name.padEnd(6)}  ${summary}\n`)
  .join('')}
  -h, --help     print this; gil <command> --help for one command
  -v, --version  print the version
`;

/** Ctrl-C: the terminal line is freed; threads end with this process, and children when they lose it. */
process.once('SIGINT', () => {
  if (process.stderr.isTTY) process.stderr.write('\r\u001b[K');
  process.exit(130);
});
/** Whoever reads may have enough: `gil lab --list | head -1`. */
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(OK);
});

const code = await main(process.argv.slice(2));
process.exitCode = code;
// Nothing is left running now, unless an experiment was given up because it did not end. That goes down with us.
after(1000, () => process.exit(code));

async function main([name, ...args]: readonly string[]): Promise<number> {
  try {
    if (name === undefined || name === '--help' || name === '-h') process.stdout.write(HELP);
    else if (name === '--version' || name === '-v') process.stdout.write(`${version()}\n`);
    else if (Object.hasOwn(COMMANDS, name)) return await COMMANDS[name]!.run(args);
    else throw new UsageError(`no command or option ${name}; the commands are ${Object.keys(COMMANDS).join(', ')}`);
    return OK;
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    process.stderr.write(`gil: ${error.message}. See gil --help\n`);
    return USAGE;
  }
}

/** The build puts this file one folder below package.json. */
function version(): string {
  const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}
