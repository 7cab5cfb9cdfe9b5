// The WebAssembly module of count.js, written by hand: on each line its bytes, then what they mean. No compiler is needed.
// It is a small library as a C programmer would write it, and knows nothing of threads: plain loads, plain stores.
//
// Its memory, which is imported: word 0 counts all calls of `count`; from byte 64 on lies a hash table of 256 pairs (key, count),
// where a count of 0 says that the place is free.
const listing = `
00 61 73 6d 01 00 00 00                  (module

01 0c 02                                   type section, 12 bytes, 2 types
60 02 7f 7f 01 7f                            $0 (func (param i32 i32) (result i32))
60 01 7f 01 7f                               $1 (func (param i32) (result i32))

02 11 01                                   import section, 17 bytes, 1 import
03 65 6e 76 06 6d 65 6d 6f 72 79             "env" "memory"
02 03 01 80 08                               (memory 1 1024 shared)

03 03 02 00 01                             function section: $digest is of type $0, $count of type $1

07 12 02                                   export section, 18 bytes, 2 exports
06 64 69 67 65 73 74 00 00                   "digest"
05 63 6f 75 6e 74 00 01                      "count"

0a 94 01 02                                code section, 148 bytes, 2 functions

34                                         (func $digest (param $at i32) (param $length i32) (result i32)
01 02 7f                                     (local $end i32) (local $hash i32)
20 00 20 01 6a 21 02                         $end = $at + $length
41 c5 bb f2 88 78 21 03                      $hash = 0x811c9dc5
03 40                                        (loop
20 03 20 00 2d 00 00 73                        $hash ^ memory[$at], a byte
41 93 83 80 08 6c 21 03                        $hash = that * 0x01000193
20 00 41 01 6a 22 00                           $at = $at + 1
20 02 49 0d 00                                 (br_if 0: again while $at < $end)
0b                                           )
20 03 0b                                     $hash)

5d                                         (func $count (param $key i32) (result i32)
01 01 7f                                     (local $place i32)
41 00 41 00 28 02 00 41 01 6a 36 02 00       memory[0] += 1
20 00 21 01                                  $place = $key
03 40                                        (loop
20 01 41 ff 01 71 41 03 74 21 01               $place = ($place & 255) * 8
20 01 28 02 44 45 04 40                        (if (count at $place is 0)
20 01 20 00 36 02 40                             key at $place = $key
05                                             (else
20 01 28 02 40 20 00 47 04 40                    (if (key at $place is not $key)
20 01 41 03 76 41 01 6a 21 01                      $place = $place / 8 + 1
0c 02                                              (br 2: again)
0b 0b 0b                                     )))
20 01 20 01 28 02 44 41 01 6a 36 02 44       count at $place += 1
20 01 28 02 44 0b                            count at $place)
                                         )
`;

/** The module, ready for `new WebAssembly.Module`. */
export const bytes = Uint8Array.from(
  listing.split('\n').flatMap((line) => line.match(/^([0-9a-f]{2} )*[0-9a-f]{2}(?= |$)/)?.[0].split(' ') ?? []),
  (hex) => Number.parseInt(hex, 16),
);
