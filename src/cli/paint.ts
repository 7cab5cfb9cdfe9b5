/**
 * The few ways in which text is set off. Whether colours reach the stream is for Node to decide: it knows NO_COLOR, FORCE_COLOR, dumb
 * terminals and pipes.
 */
import { styleText } from 'node:util';

/** How text is set off. */
export interface Paint {
  strong(text: string): string;
  faint(text: string): string;
  good(text: string): string;
  bad(text: string): string;
}

/** Colours as far as `stream` takes them. */
export function paintFor(stream: NodeJS.WritableStream): Paint {
  return {
    strong: (text) => styleText('bold', text, { stream }),
    faint: (text) => styleText('dim', text, { stream }),
    good: (text) => styleText('green', text, { stream }),
    // One by one: for a list of formats Node 20.20 does not ask the stream.
    bad: (text) => styleText('bold', styleText('red', text, { stream }), { stream }),
  };
}

/** No colours at all. */
export const PLAIN: Paint = { strong: String, faint: String, good: String, bad: String };
