/**
 * Where in the user's own code this thread is: for the story that a deadlock is told in.
 */
import { isOwnFile, sourceMaps } from '../host/files.js';

/** How deep the user's code may lie under this package's own calls. */
const FRAMES = 24;

/** `file:///home/me/app.js:12:9`: the innermost place outside of this package, or `''` if there is none to be seen. */
export function callSite(): string {
  const limit = Error.stackTraceLimit;
  const prepare = Error.prepareStackTrace;
  // Not by assignment: where these are frozen, that would throw.
  Reflect.set(Error, 'stackTraceLimit', FRAMES);
  // As V8 sees it: source maps would turn this package's files into ones that are not there.
  Reflect.set(Error, 'prepareStackTrace', innermostOutside);
  const seen: unknown = new Error().stack;
  Reflect.set(Error, 'prepareStackTrace', prepare);
  // As the user sees it, with his source maps.
  const stack: unknown = prepare === undefined && sourceMaps() === 'off' ? '' : new Error().stack;
  Reflect.set(Error, 'stackTraceLimit', limit);
  if (!isPlace(seen)) return '';
  return typeof stack === 'string' && stack !== '' ? placeIn(stack, seen.depth) : seen.place;
}

interface Place {
  readonly depth: number;
  readonly place: string;
}

function isPlace(value: unknown): value is Place {
  return typeof value === 'object' && value !== null && 'depth' in value;
}

function innermostOutside(_: Error, frames: NodeJS.CallSite[]): Place | undefined {
  for (const [depth, frame] of frames.entries()) {
    const file = frame.getScriptNameOrSourceURL();
    if (file === null || file === '' || file.startsWith('node:') || isOwnFile(file)) continue;
    return { depth, place: `${file}:${frame.getLineNumber()}:${frame.getColumnNumber()}` };
  }
  return undefined;
}

function placeIn(stack: string, depth: number): string {
  const frame = stack.split('\n').filter((line) => /^\s+at /.test(line))[depth] ?? '';
  const place = /\((.+:\d+:\d+)\)$/.exec(frame) ?? /^\s+at (?:async )?(.+:\d+:\d+)$/.exec(frame);
  return place?.[1] ?? '';
}
