/**
 * The hooks thread of Node 20 starts here: Node calls `initialize` with what was registered, then `load` for each module.
 */
import { withoutTypes } from '../host/module-hooks.js';
import { type HookData, isOurs, type Loaded, withLooks } from '../transform/hooks.js';

let data: HookData | undefined;

export function initialize(given: HookData): void {
  data = given;
}

export async function load(url: string, context: object, nextLoad: (url: string, context: object) => Promise<Loaded>): Promise<Loaded> {
  const loaded = await nextLoad(url, context);
  return data && isOurs(url, data) ? withLooks(withoutTypes(loaded), data) : loaded;
}
