/** Globals of the language that behave the same in every run. */
export const LANGUAGE: ReadonlySet<string> = new Set([
  ...["Object", "Function", "Array", "Number", "Boolean", "String", "Symbol", "BigInt"],
  ...["parseFloat", "parseInt", "isFinite", "isNaN", "Infinity", "NaN", "undefined", "eval"],
  ...["decodeURI", "decodeURIComponent", "encodeURI", "encodeURIComponent", "escape", "unescape"],
  ...["Error", "AggregateError", "EvalError", "RangeError", "ReferenceError", "SyntaxError"],
  ...["TypeError", "URIError", "SuppressedError", "DisposableStack", "AsyncDisposableStack"],
  ...["Promise", "Proxy", "Reflect", "RegExp", "JSON", "Intl", "Temporal", "Iterator"],
  ...["ArrayBuffer", "SharedArrayBuffer", "DataView", "Atomics", "WebAssembly"],
  ...["Int8Array", "Uint8Array", "Uint8ClampedArray", "Int16Array", "Uint16Array"],
  ...["Int32Array", "Uint32Array", "BigInt64Array", "BigUint64Array"],
  ...["Float16Array", "Float32Array", "Float64Array"],
  ...["Map", "Set", "WeakMap", "WeakSet"],
]);

/**
 * The web's globals in Node that behave the same in every run. The guard refuses the parts that
 * read a clock, such as the time of an event or a file.
 */
export const WEB: ReadonlySet<string> = new Set([
  ...["Buffer", "URL", "URLSearchParams", "URLPattern", "TextEncoder", "TextDecoder"],
  ...["TextEncoderStream", "TextDecoderStream", "CompressionStream", "DecompressionStream"],
  ...["AbortController", "AbortSignal", "DOMException", "Event", "EventTarget", "CustomEvent"],
  ...["MessageEvent", "Blob", "File", "FormData", "Headers", "Request", "Response"],
  ...["ReadableStream", "WritableStream", "TransformStream", "ByteLengthQueuingStrategy"],
  ...["CountQueuingStrategy", "structuredClone", "atob", "btoa"],
]);
