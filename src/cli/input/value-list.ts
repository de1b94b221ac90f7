/** The parts of a list between its commas. Commas inside brackets and quotes do not separate. */
export function splitList(text: string): string[] {
  const parts = [""];
  for (const [token] of text.matchAll(/"(?:[^"\\]|\\.)*"|[\s\S]/g)) {
    const open = parts.at(-1) ?? "";
    if (token === "," && depthOf(open) === 0) parts.push("");
    else parts[parts.length - 1] = open + token;
  }
  return parts;
}

function depthOf(text: string): number {
  const bare = text.replace(/"(?:[^"\\]|\\.)*"/g, "");
  return bare.replace(/[^[{]/g, "").length - bare.replace(/[^\]}]/g, "").length;
}
