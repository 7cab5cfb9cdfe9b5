/**
 * Values as bytes and back, as structured clone sees them: for what lies in shared memory and must not depend on anybody's event loop.
 */
export { deserialize, serialize } from 'node:v8';
