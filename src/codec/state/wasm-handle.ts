/**
 * Whether a property holds an address in the memory of WebAssembly: `__wbg_ptr`, of wasm-bindgen, or
 * `$$`, of Emscripten's embind. The address says nothing of what is there.
 */
export function isAddress(object: object, name: string): boolean {
  if (name !== "__wbg_ptr" && name !== "$$") return false;
  const value: unknown = Object.getOwnPropertyDescriptor(object, name)?.value;
  if (name === "__wbg_ptr") return typeof value === "number";
  return typeof value === "object" && value !== null && "ptr" in value;
}
