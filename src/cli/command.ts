/**
 * What a subcommand is, and how it says that it was called wrongly.
 */
import { parseArgs } from 'node:util';

/** A subcommand of `gil`. */
export interface Command {
  /** One line, for the list of commands. */
  readonly summary: string;
  /** What `--help` prints. */
  readonly help: string;
  /** Runs it; gives the exit code. */
  run(args: readonly string[]): Promise<number>;
}

/** All is well. */
export const OK = 0;
/** An expectation did not hold. */
export const FAILED = 1;
/** Called wrongly. */
export const USAGE = 2;

/** The command line makes no sense; the message says what would. */
export class UsageError extends Error {
  static {
    this.prototype.name = 'UsageError';
  }
}

/** The options of a command: switches only, so far. */
export type Switches = Readonly<Record<string, { readonly type: 'boolean'; readonly short?: string }>>;

/** `parseArgs` with errors that name the options there are. */
export function parseCommandLine(
  args: readonly string[],
  options: Switches,
): { readonly given: ReadonlySet<string>; readonly positionals: readonly string[] } {
  try {
    const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true });
    return { given: new Set(Object.keys(values)), positionals };
  } catch (error) {
    const [problem = ''] = (error instanceof Error ? error.message : String(error)).split(/\. |\n/);
    throw new UsageError(
      `${problem}; the options are ${Object.keys(options)
        .map((name) => `--${name}`)
        .join(', ')}`,
    );
  }
}
