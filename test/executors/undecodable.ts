/**
 * Something that can be cloned as far as sending it, and then not be made out where it arrives. It may be sent as text.
 */

/** A blob that names a class of Node's own that there is not. */
export function undecodable(): Blob {
  const blob = new Blob([]);
  const clone = Object.getOwnPropertySymbols(Blob.prototype).find((symbol) => String(symbol).includes('clone'));
  if (clone === undefined) throw new Error('this Node clones blobs in another way');
  return Object.defineProperty(blob, clone, { value: () => ({ data: {}, deserializeInfo: 'internal/blob:Nothing' }) });
}
