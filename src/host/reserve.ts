/**
 * Shared memory that grows where it is: address space is reserved at once, memory is used only as it grows. Every thread that has it sees
 * it grow; a view is of a fixed length all the same, because V8 is slow with one that follows.
 */

/** Memory of `bytes` that may grow to `most`, or to what of it this process may reserve. */
export function reserve(bytes: number, most: number): SharedArrayBuffer {
  for (let max = most; ; max /= 2) {
    try {
      return new SharedArrayBuffer(bytes, { maxByteLength: max });
    } catch (error) {
      // A process may have a limit on its address space.
      if (!(error instanceof RangeError) || max / 2 < bytes) throw error;
    }
  }
}

/** Lets it grow to `bytes` at least; says if it cannot. Whoever was there first has done it already. */
export function grow(memory: SharedArrayBuffer, bytes: number): 'grown' | 'exhausted' {
  if (bytes > memory.maxByteLength) return 'exhausted';
  try {
    if (memory.byteLength < bytes) memory.grow(bytes);
    return 'grown';
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return memory.byteLength < bytes ? 'exhausted' : 'grown';
  }
}
