/**
 * The module hook of a thread that runs its hooks itself (Node 22.15 and newer). It brings the transform and the parser.
 */
import { type LoadHook, withoutTypes } from '../host/module-hooks.js';
import { type HookData, isOurs, type Loaded, withLooks } from '../transform/hooks.js';

/** What puts looks into the files that it is for. */
export function hookFor(data: HookData): LoadHook {
  return (url, context, nextLoad) => {
    const loaded = nextLoad(url, context) as Loaded;
    return isOurs(url, data) ? withLooks(withoutTypes(loaded), data) : loaded;
  };
}
