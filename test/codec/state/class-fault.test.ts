import { expect, test } from "vitest";
import { classFault } from "../../../src/codec/state/class-fault.ts";
import { codeOnly } from "../../../src/codec/state/code-only.ts";

class Base {
  x = 1;
}
class Secret {
  #x = 1;
  get x(): number {
    return this.#x;
  }
}
class Child extends Secret {}
class Method {
  #go(): number {
    return 1;
  }
  go(): number {
    return this.#go();
  }
}
class Counted {
  static #count = 0;
  static async #load(): Promise<number> {
    return Counted.#count;
  }
  static load(): Promise<number> {
    return Counted.#load();
  }
  x = Counted.#count++;
}
class Talking {
  // The channel #general, not a field.
  texts = ["#a", "#b", `#c ${"#d"} ${`#e ${{ f: "}#f" }.f}`}`];
  /* #g */
  pattern = (text: string): boolean => /["'`]#h[/#i]/.test(text) && 4 / 2 > 1;
}
class InTemplate {
  text = (): string => `${"`"} ${this.#x}`;
  #x = 1;
}
class AfterDivision {
  half = (n: number): number => n / 2 + this.#x / 3;
  #x = 1;
}
class Compiled {
  constructor() {
    __privateAdd(this, 1);
  }
}
function __privateAdd(..._: unknown[]): void {}
function OldStyle(this: { x: number }): void {
  this.x = 1;
}
function OldChild(): void {}
OldChild.prototype = Object.create(Secret.prototype, { constructor: { value: OldChild } });
class Named {
  static override = 1;
  static toString(): string {
    return "class Named {}";
  }
  #x = 1;
  get x(): number {
    return this.#x;
  }
}
class Free extends (null as unknown as typeof Base) {}
const Failing = class extends Error {};

const FIELD = "it has the private field #x";
const BUILT_IN = "is built in, and keeps its contents outside its properties";

test.each<[string, unknown, string | undefined]>([
  ["a class of fields", Base, undefined],
  ["a subclass of it", class extends Base {}, undefined],
  ["a function that constructs", OldStyle, undefined],
  ["a class that extends null", Free, undefined],
  ["static private names alone", Counted, undefined],
  ["names in comments, texts, templates and patterns", Talking, undefined],
  ["a private field", Secret, FIELD],
  ["a private field beside a false text", Named, FIELD],
  ["a private field after a template", InTemplate, FIELD],
  ["a private field after a division", AfterDivision, FIELD],
  ["a private method", Method, "it has the private field #go"],
  ["a private field of its base", Child, "its base class Secret has the private field #x"],
  ["the same by prototype alone", OldChild, "its base class Secret has the private field #x"],
  [
    "an address in the memory of WebAssembly",
    class Raw {
      __wbg_ptr: number;
      constructor() {
        this.__wbg_ptr = 0;
      }
    },
    "it has its contents in the memory of WebAssembly",
  ],
  ["private fields that were compiled", Compiled, "it has private fields, compiled to WeakMaps"],
  ["a subclass of Map", class extends Map {}, `its base class Map ${BUILT_IN}`],
  ["a subclass of Array", class extends Array {}, `its base class Array ${BUILT_IN}`],
  [
    "a subclass of a Date's subclass",
    class extends class D extends Date {} {},
    `its base class Date ${BUILT_IN}`,
  ],
  ["a subclass of Error", Failing, `its base class Error ${BUILT_IN}`],
  ["a subclass of Promise", class extends Promise<number> {}, `its base class Promise ${BUILT_IN}`],
  [
    "a typed array's subclass",
    class extends Float64Array {},
    `its base class Float64Array ${BUILT_IN}`,
  ],
  ["a WeakMap", WeakMap, `it ${BUILT_IN}`],
  ["a Map", Map, "a state holds it as it is"],
  ["Object", Object, "a state holds it as it is"],
  ["a bound class", Base.bind(null), "it is a function, not a class"],
  ["an arrow function", () => 1, "it is a function, not a class"],
  ["an instance", new Base(), "it is not a class"],
])("%s", (_, maker, fault) => {
  expect(classFault(maker)).toBe(fault);
});

test.each([
  ["a / b / c #d", "a / b / c #d"],
  ["return /#a/ + b", "return      + b"],
  ["x = /[/#]'/; #y", "x =        ; #y"],
  ["'a\\'#b' + #c", "        + #c"],
  // biome-ignore lint/suspicious/noTemplateCurlyInString: it is code, as text.
  ["`a${b + `c${#d}`}#e` + #f", "    b +     #d       + #f"],
  // biome-ignore lint/suspicious/noTemplateCurlyInString: it is code, as text.
  ["`${{ a: { b: 1 } }}#x` #y", "   { a: { b: 1 } }     #y"],
  ["`never ends #a", "              "],
  ["'never ends #a", "'never ends #a"],
])("of %s the code is %s", (source, code) => {
  expect(codeOnly(source)).toBe(code);
});
