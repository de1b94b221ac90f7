import { createHash } from "node:crypto";
import vm from "node:vm";
import { describe, expect, test } from "vitest";
import {
  HOVER_SCRIPT,
  HOVER_SCRIPT_SHA256,
  PAGE_STYLE,
  PAGE_STYLE_SHA256,
} from "../../src/plot/hover.ts";
import { htmlText } from "../../src/plot/html.ts";
import { curve, plotOf } from "./plots.ts";

const digest = (text: string): string => createHash("sha256").update(text).digest("base64");

describe("a plot as a page", () => {
  test("its policy lets its own script and style apply, and loads nothing", () => {
    expect(HOVER_SCRIPT_SHA256).toBe(digest(HOVER_SCRIPT));
    expect(PAGE_STYLE_SHA256).toBe(digest(PAGE_STYLE));
    const page = htmlText(plotOf([curve([1, 2])]));
    const [, policy] = /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(page) ?? [];
    expect(policy?.replaceAll("&#39;", "'")).toBe(
      `default-src 'none'; script-src 'sha256-${digest(HOVER_SCRIPT)}'; style-src 'sha256-${digest(PAGE_STYLE)}'; base-uri 'none'; form-action 'none'`,
    );
    expect(page).toContain(`<script>${HOVER_SCRIPT}</script>`);
    expect(page).toContain(`<style>${PAGE_STYLE}</style>`);
    expect(page.replaceAll("http://www.w3.org/2000/svg", "")).not.toMatch(
      /https?:|src=|href=| on\w+=| style=/,
    );
  });

  test("every text is escaped, in the data too", () => {
    const hostile = "</script><script>alert(1)</script><!--";
    const page = htmlText(
      plotOf([curve([1, 2], { label: hostile, unit: hostile })], { title: hostile }),
    );
    expect(page.match(/<script/g)).toHaveLength(2);
    expect(page).not.toContain("alert(1)<");
    const [, data = ""] = /id="data">(.*)<\/script>/.exec(page) ?? [];
    expect(JSON.parse(data).curves[0]).toMatchObject({ label: hostile, unit: hostile });
  });

  test("the script shows the values of the bucket under the pointer", () => {
    const page = htmlText(plotOf([curve([1, 5, 2, 9], { unit: "m" }, 2)]), { width: 800 });
    const [, data] = /id="data">(.*)<\/script>/.exec(page) ?? [];
    const { left, right } = JSON.parse(String(data));
    const place = new FakePage(String(data));
    vm.runInNewContext(HOVER_SCRIPT, { document: place, addEventListener: place.listen });
    place.send("pointermove", { clientX: right });
    expect(place.shown()).toEqual(["step 3", "main: 2 to 9 m (steps 2 to 3)"]);
    place.send("pointermove", { clientX: left - 50 });
    expect(place.shown()).toEqual(["step 0", "main: 1 to 5 m (steps 0 to 1)"]);
    place.send("keydown", { key: "ArrowRight", preventDefault: () => undefined });
    expect(place.shown()[0]).toBe("step 1");
  });
});

/** As much of a document as the script needs. */
class FakePage {
  readonly #handlers = new Map<string, (event: object) => void>();
  readonly #data: FakeElement;
  readonly #values = new FakeElement();
  readonly #svg: FakeElement;

  constructor(data: string) {
    this.#data = Object.assign(new FakeElement(), { textContent: data });
    this.#svg = Object.assign(new FakeElement(), {
      addEventListener: this.listen,
      viewBox: { baseVal: { width: 800 } },
      getBoundingClientRect: () => ({ left: 0, width: 800 }),
    });
  }

  readonly listen = (name: string, handler: (event: object) => void): void => {
    this.#handlers.set(name, handler);
  };

  send(name: string, event: object): void {
    this.#handlers.get(name)?.(event);
  }

  getElementById = (id: string): FakeElement => (id === "data" ? this.#data : this.#values);
  querySelector = (): FakeElement => this.#svg;
  createElement = (): FakeElement => new FakeElement();
  createElementNS = (): FakeElement => new FakeElement();

  shown(): string[] {
    return this.#values.children.map((child) => (child as FakeElement).text().trim());
  }
}

class FakeElement {
  textContent = "";
  children: (FakeElement | string)[] = [];
  setAttribute(): void {}
  append(...added: (FakeElement | string)[]): void {
    this.children.push(...added);
  }
  replaceChildren(...children: FakeElement[]): void {
    this.children = children;
  }
  text(): string {
    const inside = this.children.map((child) => (typeof child === "string" ? child : child.text()));
    return this.textContent + inside.join("");
  }
}
