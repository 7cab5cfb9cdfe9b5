/**
 * The insides of a `SharedDict`: entries in the order in which they came, and an index of them by hash, as CPython's compact dictionaries
 * have it (Objects/dictobject.c). Everything here happens within a section; a thread's views are made anew when memory has moved on.
 *
 * Entries are only ever added at the end. One that is deleted stays as a hole until the entries are moved together, so where an entry is
 * once, it is for one `MOVE`: a thread may remember it.
 */
import { grow, reserve } from '../host/reserve.js';
import { MUTEX_WORDS } from '../lock/mutex.js';
import { HEAD } from '../lock/object-memory.js';
import type { Words } from '../steps/step.js';
import { SharedMemoryError } from './errors.js';
import { type Key, keyOf } from './key.js';

/** How many entries there are, holes too. Written after the entry. */
const USED = HEAD + MUTEX_WORDS;
/** How many of them are no holes. */
const SIZE = USED + 1;
/** How many bytes of names are in use. */
const NAMED = USED + 2;
/** How often entries were moved or the index was made anew: what a thread remembered before is void. */
const MOVE = USED + 3;
/** How many places the index has: a power of two. */
const PLACES = USED + 4;
/** Whether entries or names are being moved: one that died meanwhile left no order behind. */
const MOVING = USED + 5;
/** How many words a dictionary has beyond its mutex. */
export const TABLE_WORDS = 6;

/** An entry: hash and kind in one slot, the key or where its name begins in the next, then its value. */
const SLOTS = 3;
const ENTRY_BYTES = SLOTS * 8;
/** What an entry's key is: a number, a name of so many bytes (0 or more), or nothing any more. */
const NUMBER = -1;
const HOLE = -2;
/** In the index: nobody was ever here. Otherwise an entry's number and one. */
const EMPTY = 0;

const NOTHING = new SharedArrayBuffer(0);
const decoder = new TextDecoder();

const FIRST_PLACES = 16;
const FIRST_NAMES = 512;

/** The memory of a dictionary, beside its words. */
export interface TableMemory {
  /** Where each key's entry is, by hash. */
  readonly index: SharedArrayBuffer;
  /** Keys and values, in order. */
  readonly entries: SharedArrayBuffer;
  /** The bytes of string keys. */
  readonly names: SharedArrayBuffer;
}

/** Memory for up to so many entries. A name has 64 bytes on an average at most. */
export function createTable(words: Words, maxSize: number): TableMemory {
  words[PLACES] = FIRST_PLACES;
  const places = placesFor(maxSize);
  return {
    index: reserve(FIRST_PLACES * 4, places * 4),
    entries: reserve(Math.min(roomIn(FIRST_PLACES), maxSize) * ENTRY_BYTES, maxSize * ENTRY_BYTES),
    names: reserve(FIRST_NAMES, Math.max(maxSize * 64, FIRST_NAMES)),
  };
}

/** How many entries an index has room for: two thirds, so that a search is short. */
function roomIn(places: number): number {
  return Math.floor((places * 2) / 3);
}

function placesFor(entries: number): number {
  let places = FIRST_PLACES;
  while (roomIn(places) < entries) places *= 2;
  return places;
}

/** One thread's view of a dictionary's insides. Whoever calls is within its section. */
export class Table {
  readonly #words: Words;
  readonly #memory: TableMemory;
  #move = -1;
  #index = new Int32Array(NOTHING);
  /** Hash and kind of each entry: words 0 and 1 of its six. */
  #heads = new Int32Array(NOTHING);
  /** Key and value of each entry: slots 1 and 2 of its three. */
  #numbers = new Float64Array(NOTHING);
  #names = new Uint8Array(NOTHING);
  /** Where keys were found. */
  readonly #remembered = new Map<Key, number>();

  constructor(words: Words, memory: TableMemory) {
    this.#words = words;
    this.#memory = memory;
  }

  get size(): number {
    return this.#words[SIZE]!;
  }

  /** The value of a key, or `undefined`. */
  get(key: Key): number | undefined {
    const entry = this.#find(key);
    return entry === undefined ? undefined : this.#numbers[entry * SLOTS + 2];
  }

  /** Stores a value under a key, new or not. @throws SharedMemoryError if there is no room */
  set(key: Key, value: number): void {
    const entry = this.#find(key);
    if (entry !== undefined) this.#numbers[entry * SLOTS + 2] = value;
    else this.#add(key, value);
  }

  /** Takes a key out; gives its value, or `undefined` if it was not there. */
  delete(key: Key): number | undefined {
    const entry = this.#find(key);
    if (entry === undefined) return undefined;
    this.#heads[entry * SLOTS * 2 + 1] = HOLE;
    this.#words[SIZE]! -= 1;
    return this.#numbers[entry * SLOTS + 2];
  }

  clear(): void {
    const words = this.#words;
    words[SIZE] = 0;
    words[USED] = 0;
    words[NAMED] = 0;
    words[MOVING] = 0;
    this.#rebuildIndex(words[PLACES]!);
  }

  /** Every key with its value, in the order in which the keys came. */
  entries(): [Key, number][] {
    this.#refresh();
    const found: [Key, number][] = [];
    for (let entry = 0; entry < this.#words[USED]!; entry += 1) {
      if (this.#kind(entry) !== HOLE) found.push([this.#keyAt(entry), this.#numbers[entry * SLOTS + 2]!]);
    }
    return found;
  }

  /** To be called when a thread has died within a section: the index is made from the entries, which are whole. */
  recover(): void {
    if (this.#words[MOVING] !== 0) {
      this.clear();
      throw new SharedMemoryError(
        'SharedDict: a thread died while it moved the entries together; expected them whole, got a part. The dictionary is empty now',
      );
    }
    let size = 0;
    this.#refresh();
    for (let entry = 0; entry < this.#words[USED]!; entry += 1) if (this.#kind(entry) !== HOLE) size += 1;
    this.#words[SIZE] = size;
    this.#rebuildIndex(this.#words[PLACES]!);
  }

  #kind(entry: number): number {
    return this.#heads[entry * SLOTS * 2 + 1]!;
  }

  #refresh(): void {
    const move = this.#words[MOVE]!;
    if (move === this.#move) return;
    this.#move = move;
    const { index, entries, names } = this.#memory;
    this.#index = new Int32Array(index, 0, this.#words[PLACES]!);
    const room = Math.floor(entries.byteLength / ENTRY_BYTES);
    this.#heads = new Int32Array(entries, 0, room * SLOTS * 2);
    this.#numbers = new Float64Array(entries, 0, room * SLOTS);
    this.#names = new Uint8Array(names, 0, names.byteLength);
    this.#remembered.clear();
  }

  #find(key: Key): number | undefined {
    this.#refresh();
    const remembered = this.#remembered.get(key);
    // It may have been deleted, and come again elsewhere.
    if (remembered !== undefined && this.#kind(remembered) !== HOLE) return remembered;
    const { hash, bytes } = keyOf(key);
    const mask = this.#index.length - 1;
    for (let place = hash & mask; ; place = (place + 1) & mask) {
      const entry = this.#index[place]! - 1;
      if (entry === EMPTY - 1) return undefined;
      if (this.#heads[entry * SLOTS * 2] === hash && this.#isAt(entry, key, bytes)) {
        this.#remember(key, entry);
        return entry;
      }
    }
  }

  #remember(key: Key, entry: number): void {
    if (this.#remembered.size >= 1024) this.#remembered.clear();
    this.#remembered.set(key, entry);
  }

  #isAt(entry: number, key: Key, bytes: Uint8Array | undefined): boolean {
    const kind = this.#kind(entry);
    if (bytes === undefined) return kind === NUMBER && Object.is(this.#numbers[entry * SLOTS + 1], key);
    if (kind !== bytes.length) return false;
    const from = this.#numbers[entry * SLOTS + 1]!;
    for (let i = 0; i < kind; i += 1) if (this.#names[from + i] !== bytes[i]) return false;
    return true;
  }

  #keyAt(entry: number): Key {
    const kind = this.#kind(entry);
    const key = this.#numbers[entry * SLOTS + 1]!;
    // Copied: a decoder takes no shared memory.
    return kind === NUMBER ? key : decoder.decode(this.#names.slice(key, key + kind));
  }

  #add(key: Key, value: number): void {
    const { hash, bytes } = keyOf(key);
    this.#makeRoom(bytes?.length ?? 0);
    const words = this.#words;
    const entry = words[USED]!;
    let slot: number = typeof key === 'number' ? key : 0;
    if (bytes !== undefined) {
      slot = words[NAMED]!;
      this.#names.set(bytes, slot);
      words[NAMED] = slot + bytes.length;
    }
    this.#numbers[entry * SLOTS + 1] = slot;
    this.#numbers[entry * SLOTS + 2] = value;
    this.#heads[entry * SLOTS * 2] = hash;
    this.#heads[entry * SLOTS * 2 + 1] = bytes?.length ?? NUMBER;
    // From here on it is there, whoever dies: the index can be made from the entries.
    words[USED] = entry + 1;
    words[SIZE]! += 1;
    this.#putInIndex(hash, entry);
    this.#remember(key, entry);
  }

  #putInIndex(hash: number, entry: number): void {
    const mask = this.#index.length - 1;
    let place = hash & mask;
    while (this.#index[place] !== EMPTY) place = (place + 1) & mask;
    this.#index[place] = entry + 1;
  }

  /** Room for one more entry with a name of so many bytes: by moving together, if half of the entries are holes, else by growing. */
  #makeRoom(nameBytes: number): void {
    const words = this.#words;
    if (!this.#isFull() && !this.#areNamesFull(nameBytes)) return;
    if (words[USED]! > 0 && words[USED]! >= words[SIZE]! * 2) this.#moveTogether();
    if (this.#isFull()) this.#growEntries();
    if (this.#areNamesFull(nameBytes)) this.#growNames(nameBytes);
  }

  #isFull(): boolean {
    const used = this.#words[USED]!;
    return used >= roomIn(this.#words[PLACES]!) || (used + 1) * ENTRY_BYTES > this.#memory.entries.byteLength;
  }

  #areNamesFull(more: number): boolean {
    return this.#words[NAMED]! + more > this.#memory.names.byteLength;
  }

  #growEntries(): void {
    const { index, entries } = this.#memory;
    const most = Math.floor(entries.maxByteLength / ENTRY_BYTES);
    const places = this.#words[PLACES]! * 2;
    const room = Math.min(roomIn(places), most);
    const isGrown = this.#words[USED]! < most && grow(entries, room * ENTRY_BYTES) === 'grown' && grow(index, places * 4) === 'grown';
    if (isGrown) this.#rebuildIndex(places);
    else if (this.#words[USED]! > this.#words[SIZE]!) this.#moveTogether();
    else throw new SharedMemoryError(`SharedDict: expected at most ${most} keys, got one more; give a larger \`maxSize\``);
  }

  #growNames(more: number): void {
    const { names } = this.#memory;
    if (this.#words[NAMED]! + more > names.maxByteLength && this.#words[USED]! > this.#words[SIZE]!) this.#moveTogether();
    const needed = this.#words[NAMED]! + more;
    const wanted = Math.min(Math.max(needed, names.byteLength * 2), names.maxByteLength);
    if (needed > wanted || grow(names, wanted) === 'exhausted') {
      const most = names.maxByteLength;
      throw new SharedMemoryError(`SharedDict: expected names of at most ${most} bytes in all, got ${needed}; give a larger \`maxSize\``);
    }
    this.#words[MOVE]! += 1;
    this.#refresh();
  }

  #rebuildIndex(places: number): void {
    const words = this.#words;
    words[PLACES] = places;
    words[MOVE]! += 1;
    this.#refresh();
    this.#index.fill(EMPTY);
    for (let entry = 0; entry < words[USED]!; entry += 1) {
      if (this.#kind(entry) !== HOLE) this.#putInIndex(this.#heads[entry * SLOTS * 2]!, entry);
    }
  }

  /** Fills the holes, names too. */
  #moveTogether(): void {
    const words = this.#words;
    words[MOVING] = 1;
    let [to, named] = [0, 0];
    for (let entry = 0; entry < words[USED]!; entry += 1) {
      const kind = this.#kind(entry);
      if (kind === HOLE) continue;
      if (kind !== NUMBER) {
        const from = this.#numbers[entry * SLOTS + 1]!;
        this.#names.copyWithin(named, from, from + kind);
        this.#numbers[entry * SLOTS + 1] = named;
        named += kind;
      }
      this.#numbers.copyWithin(to * SLOTS, entry * SLOTS, (entry + 1) * SLOTS);
      to += 1;
    }
    words[USED] = to;
    words[NAMED] = named;
    this.#rebuildIndex(words[PLACES]!);
    words[MOVING] = 0;
  }
}
