/**
 * From what a worker says of a call that is over to what its pool makes of it.
 */
import { decodeError } from '../runtime/error-codec.js';
import type { FromWorker } from '../runtime/messages.js';
import { decodeResult } from '../runtime/value-codec.js';
import type { Outcome } from './map-feed.js';
import { joinStacks } from './origin.js';
import type { Finished, WorkItem } from './work-item.js';

type Outgoing = Extract<FromWorker, { kind: 'done' | 'chunk' | 'failed' | 'stopped' }>;

/** What became of a call; what cannot be read is an error of its own. */
export function toFinished(item: WorkItem, message: Outgoing, label: string): Finished {
  try {
    return decode(item, message, label);
  } catch (error) {
    return { item, outcome: 'error', value: error };
  }
}

function decode(item: WorkItem, message: Outgoing, label: string): Finished {
  switch (message.kind) {
    case 'done':
      return { item, outcome: 'value', value: decodeResult(message) };
    case 'chunk': {
      const decodeOne = (outcome: (typeof message.outcomes)[number]): Outcome<unknown> => {
        if (outcome.kind === 'value') return { kind: 'value', value: decodeResult(outcome) };
        const error = decodeError(outcome.error);
        joinStacks(error, item.origin, label);
        return { kind: 'error', error };
      };
      return { item, outcome: 'value', value: message.outcomes.map(decodeOne) };
    }
    case 'failed':
      return { item, outcome: 'error', value: decodeError(message.error) };
    case 'stopped':
      return { item, outcome: 'stopped', value: undefined };
  }
}
