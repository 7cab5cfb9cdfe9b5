/**
 * Where in the user's own code this thread is: for the story that a deadlock is told in.
 */
import { OWN_FILES } from '../host/files.js';

/** How deep the user's code may lie under this package's own calls. */
const FRAMES = 24;

/** `file:///home/me/app.js:12:9`: the innermost place outside of this package, or `''` if there is none to be seen. */
export function callSite(): string {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = FRAMES;
  const { stack = '' } = new Error();
  Error.stackTraceLimit = limit;
  for (const line of stack.split('\n')) {
    if (!/^\s+at /.test(line) || line.includes(OWN_FILES.href)) continue;
    const place = /\((.+:\d+:\d+)\)$/.exec(line) ?? /^\s+at (?:async )?(.+:\d+:\d+)$/.exec(line);
    if (place !== null && !place[1]!.startsWith('node:')) return place[1]!;
  }
  return '';
}
