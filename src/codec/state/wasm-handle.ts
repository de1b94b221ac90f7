/** The names under which bindings keep an address: those of wasm-bindgen and Emscripten's embind. */
const ADDRESSES: readonly string[] = ["__wbg_ptr", "$$"];

/**
 * Whether the contents of an object are in the memory of WebAssembly, and the object has their
 * address alone.
 */
export function isWasmHandle(value: object): boolean {
  return ADDRESSES.some((name) => {
    const held: unknown = Object.getOwnPropertyDescriptor(value, name)?.value;
    if (typeof held === "number") return name === "__wbg_ptr";
    return typeof held === "object" && held !== null && "ptr" in held;
  });
}

/** Whether the code of a class, without comments and texts, keeps such an address. */
export function keepsAddress(code: string): boolean {
  return /\bthis\s*\.\s*__wbg_ptr\b/.test(code);
}
