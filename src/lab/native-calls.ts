/**
 * Three pieces of native code, about five milliseconds each, the length of a switch interval: OpenSSL, zlib, and a WebAssembly loop. The first half of the file is what the
 * main thread prepares, the second half are tasks, sent by value.
 */
import { releasing } from '../runtime/release.js';

/** `held`: the call keeps the lock to its end, as native code does unless it says otherwise. `released`: it lets go meanwhile. */
export type Manner = 'held' | 'released';

/** The little of WebAssembly that is needed here; Node's own types leave it out. */
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object) => { readonly exports: { readonly burn: (turns: number) => number } };
};

/** Text with something in it to compress: the same twenty words in disorder, in memory that threads share. */
export function sampleText(): Uint8Array {
  const text = new Uint8Array(new SharedArrayBuffer(48 << 10));
  let seed = 1;
  const random = (below: number): number => {
    seed = (Math.imul(seed, 1_103_515_245) + 12_345) | 0;
    return (seed >>> 16) % below;
  };
  const words = Array.from({ length: 20 }, () => Array.from({ length: 3 + random(7) }, () => 97 + random(26)));
  for (let at = 0; at < text.length; ) {
    const word = [...words[random(words.length)]!, 32].slice(0, text.length - at);
    text.set(word, at);
    at += word.length;
  }
  return text;
}

/**
 * A module that does nothing but count down and multiply:
 *
 * (module
 *   (func (export "burn") (param $turns i32) (result i32) (local $x i32)
 *     (loop
 *       (local.set $x (i32.add (i32.mul (local.get $x) (i32.const 1664525)) (i32.const 1013904223)))
 *       (br_if 0 (local.tee $turns (i32.sub (local.get $turns) (i32.const 1)))))
 *     (local.get $x)))
 */
export function wasmLoop(): object {
  const hex =
    '0061736d 01000000' + // "\0asm", version 1
    '01 06 01 60 01 7f 01 7f' + // types: one, (i32) -> i32
    '03 02 01 00' + // functions: one, of type 0
    '07 08 01 04 6275726e 00 00' + // exports: "burn" is function 0
    '0a 25 01 23 01 01 7f' + // code: one body, one more local, an i32
    '03 40' + // loop
    '20 01 41 8dcce500 6c 41 dfe6bbe303 6a 21 01' + // $x = $x * 1664525 + 1013904223
    '20 00 41 01 6b 22 00 0d 00' + // br_if 0 ($turns = $turns - 1)
    '0b 20 01 0b'; // end, $x, end
  return new WebAssembly.Module(Uint8Array.from(hex.replaceAll(' ', '').match(/../g) ?? [], (byte) => Number.parseInt(byte, 16)));
}

/** Threads that run the same task take calls from one supply, `left`, until it is used up: the slower core makes fewer of them. */
export function deriveKeys(left: Int32Array, manner: Manner): void {
  const { pbkdf2Sync } = process.getBuiltinModule('node:crypto');
  const derive = manner === 'released' ? releasing(pbkdf2Sync) : pbkdf2Sync;
  while (Atomics.sub(left, 0, 1) > 0) derive('secret', 'salt', 10_000, 32, 'sha256');
}

export function packText(left: Int32Array, manner: Manner, text: Uint8Array): void {
  const { gzipSync } = process.getBuiltinModule('node:zlib');
  const pack = manner === 'released' ? releasing(gzipSync) : gzipSync;
  while (Atomics.sub(left, 0, 1) > 0) pack(text, { level: 9 });
}

export function runWasm(left: Int32Array, manner: Manner, module: object): void {
  const { burn } = new WebAssembly.Instance(module).exports;
  const run = manner === 'released' ? releasing(burn) : burn;
  while (Atomics.sub(left, 0, 1) > 0) run(4_000_000);
}
