/**
 * A text as the content of an element, or the value of an attribute, of SVG or HTML. What XML does not
 * allow becomes U+FFFD, and so does what changes the direction of the text around it.
 */
export function escaped(text: string): string {
  return text
    .replace(
      /\p{Surrogate}|[^\t\n\r -\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]|[\u007f-\u009f\u202a-\u202e\u2066-\u2069]/gu,
      "\ufffd",
    )
    .replace(/[&<>"']/g, (character) => ENTITIES[character] as string);
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** An element of SVG. Attributes that are undefined are left out. */
export function element(
  name: string,
  attributes: Readonly<Record<string, string | number | undefined>>,
  content = "",
): string {
  const given = Object.entries(attributes).flatMap(([key, value]) =>
    value === undefined ? [] : [` ${key}="${escaped(String(value))}"`],
  );
  return `<${name}${given.join("")}${content === "" ? "/>" : `>${content}</${name}>`}`;
}

/** A length or a place in pixels, to a hundredth. */
export function px(value: number): number {
  return Math.round(value * 100) / 100 + 0;
}
