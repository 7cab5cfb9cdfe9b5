/**
 * One line on a terminal that is rewritten while something runs, and leaves nothing behind. Where there is no terminal it says nothing.
 */
import type { Paint } from './paint.js';
import { cut } from './text.js';

const BAR = 18;
const ERASE = '\r\u001b[K';

/** A line that tells how far a run has come. */
export interface Progress {
  show(done: number, total: number, note: string): void;
  clear(): void;
}

/** The line for `stream`, if that is a terminal. */
export function createProgress(stream: NodeJS.WriteStream, paint: Paint): Progress {
  if (!stream.isTTY) return { show() {}, clear() {} };
  return {
    show(done, total, note) {
      const full = Math.round((BAR * done) / total);
      const text = cut(` ${done + 1} of ${total}  ${note}`, (stream.columns ?? 80) - BAR - 1);
      stream.write(`${ERASE}${paint.good('━'.repeat(full))}${paint.faint('─'.repeat(BAR - full))}${text}`);
    },
    clear: () => void stream.write(ERASE),
  };
}
