import { fillPortably, PCG_MULTIPLIER, PCG_WORDS, type PcgFill } from "./pcg64-step.ts";
import { assemble } from "./wasm-assembler.ts";

/** The most outputs of one call. */
const MOST_OUTPUTS = 1024;
const OUT_AT = 64;
/** The distance in memory from an output to its double. */
const DOUBLE_BEHIND = 8 * MOST_OUTPUTS;
/** 2^-53 as the bits of a double. */
const DOUBLE_UNIT = 0x3ca0000000000000n;

const MULTIPLIER_LOW = BigInt.asUintN(64, PCG_MULTIPLIER);
const LOW_LOW = MULTIPLIER_LOW & 0xffffffffn;
const LOW_HIGH = MULTIPLIER_LOW >> 32n;

/**
 * `fill(end)`: steps the generator at address 0 (state, then increment, 16 bytes each) and writes
 * its outputs from address 64 up to `end`, followed by the same outputs as doubles. 128-bit
 * products are made from 64-bit ones.
 */
const FILL = `
  i32.const 0       i64.load 0        local.set low
  i32.const 0       i64.load 8        local.set high
  i32.const 0       i64.load 16       local.set addLow
  i32.const 0       i64.load 24       local.set addHigh
  i32.const ${OUT_AT}   local.set at
  loop
    ;; upper half of low * LOW, from 32-bit halves a (below) and b (above); no sum exceeds 64 bits
    local.get low   i64.const 0xffffffff   i64.and   local.set a
    local.get low   i64.const 32   i64.shr_u   local.set b
    local.get a   i64.const ${LOW_LOW}   i64.mul   i64.const 32   i64.shr_u
    local.get a   i64.const ${LOW_HIGH}   i64.mul   i64.add   local.tee ab
    i64.const 0xffffffff   i64.and
    local.get b   i64.const ${LOW_LOW}   i64.mul   i64.add
    i64.const 32   i64.shr_u
    local.get ab   i64.const 32   i64.shr_u   i64.add
    local.get b   i64.const ${LOW_HIGH}   i64.mul   i64.add
    ;; high = that + high * LOW + low * HIGH
    local.get high   i64.const ${MULTIPLIER_LOW}   i64.mul   i64.add
    local.get low   i64.const ${PCG_MULTIPLIER >> 64n}   i64.mul   i64.add
    local.set high
    ;; + increment, with the carry
    local.get low   i64.const ${MULTIPLIER_LOW}   i64.mul
    local.get addLow   i64.add   local.tee low
    local.get addLow   i64.lt_u   i64.extend_i32_u
    local.get high   i64.add
    local.get addHigh   i64.add   local.set high
    ;; output: the halves combined, rotated by the upper six bits
    local.get at
    local.get high   local.get low   i64.xor
    local.get high   i64.const 58   i64.shr_u   i64.rotr
    local.tee a   i64.store 0
    local.get at
    local.get a   i64.const 11   i64.shr_u   f64.convert_i64_s
    i64.const ${DOUBLE_UNIT}   f64.reinterpret_i64   f64.mul
    f64.store ${DOUBLE_BEHIND}
    local.get at   i32.const 8   i32.add   local.tee at
    local.get end   i32.lt_u   br_if 0
  end
  i32.const 0   local.get low   i64.store 0
  i32.const 0   local.get high   i64.store 8
`;

let fill: PcgFill | undefined;

/** The fastest way to step a PCG64 here: WebAssembly if it is available. */
export function pcgFill(): PcgFill {
  fill ??= wasmFill() ?? fillPortably;
  return fill;
}

/** The step in WebAssembly; undefined if there is no WebAssembly or a page forbids it. */
export function wasmFill(): PcgFill | undefined {
  let instance: WebAssembly.Instance;
  try {
    instance = new WebAssembly.Instance(
      new WebAssembly.Module(
        assemble({
          name: "fill",
          parameters: [["end", "i32"]],
          locals: [
            ["at", "i32"],
            ...["low", "high", "addLow", "addHigh", "a", "b", "ab"].map(
              (name) => [name, "i64"] as const,
            ),
          ],
          code: FILL,
        }),
      ),
    );
  } catch {
    return undefined;
  }
  const { memory, fill: run } = instance.exports as {
    readonly memory: WebAssembly.Memory;
    readonly fill: (end: number) => void;
  };
  const state = new Uint32Array(memory.buffer, 0, PCG_WORDS);
  const outputs = new Uint32Array(memory.buffer, OUT_AT, 2 * MOST_OUTPUTS);
  const fractions = new Float64Array(memory.buffer, OUT_AT + DOUBLE_BEHIND, MOST_OUTPUTS);
  return (words, out, doubles) => {
    for (let i = 0; i < PCG_WORDS; i++) state[i] = words[i] as number;
    for (let from = 0; from < doubles.length; from += MOST_OUTPUTS) {
      const count = Math.min(MOST_OUTPUTS, doubles.length - from);
      run(OUT_AT + 8 * count);
      if (count <= FEW) {
        for (let i = 0; i < 2 * count; i++) out[2 * from + i] = outputs[i] as number;
        for (let i = 0; i < count; i++) doubles[from + i] = fractions[i] as number;
      } else {
        out.set(outputs.subarray(0, 2 * count), 2 * from);
        doubles.set(fractions.subarray(0, count), from);
      }
    }
    for (let i = 0; i < PCG_WORDS / 2; i++) words[i] = state[i] as number;
  };
}

/** Up to this number, copying outputs one by one is faster than a call. */
const FEW = 8;
