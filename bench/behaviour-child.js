/**
 * One pool, one case, in a process of its own: `node behaviour-child.js POOL CASE [OPTIONS]` prints what it is at, and at last
 * `{ wrong, remark }`.
 */
import { CASES, inShort, pause, Wrong } from './behaviour-cases.js';
import { load } from './pools-subjects.js';

const [name, title, options] = process.argv.slice(2);
const say = (line) => console.log(JSON.stringify(line));

function end(wrong, remark = '') {
  say({ wrong, remark });
  process.exit();
}

process.on('uncaughtException', (error) => end(`uncaught: ${inShort(error)}`));

const create = await load(name);
const pool = create(1, options && JSON.parse(options));
const run = async (...call) => pool.run(...call);
let remark = '';

/** A pool that took harm is to work, or to say at once that it does not, unless it was asked to go on. */
async function afterwards() {
  say({ at: 'afterwards' });
  try {
    return (await run('echo', 7)) === 7 ? '' : 'later tasks give something else';
  } catch (error) {
    if (error.code !== 'ERR_POOL_BROKEN' || options) return `later tasks: ${inShort(error)}`;
    remark = 'breaks, and says so';
    return '';
  }
}

try {
  const wrong = await CASES[title]({ run, afterwards });
  if (wrong === 'ends by itself') say({ at: 'end' });
  else {
    // Time for what nobody caught.
    await pause(100);
    end(wrong, remark);
  }
} catch (error) {
  end(error instanceof Wrong ? error.message : `throws ${inShort(error)}`);
}
