/** A node of a history, and what it comes from. */
export interface GraphNode {
  readonly id: string;
  readonly parents: readonly string[];
}

/** A node's place in the drawing. */
export interface GraphRow {
  /** The line above the node, where lanes join: "├─╯". Undefined where none do. */
  readonly joins: string | undefined;
  /** The node's own line, "│ ● │". */
  readonly node: string;
  /** What continues below it, for further lines of text about the node: "│ │ │". */
  readonly below: string;
}

/**
 * Draws a history as lanes, a row for each node, children before their parents. A lane goes down
 * from a node to its parent; where two children have one parent, their lanes join above it.
 *
 * @example
 * ```ts
 * graph([{ id: "b", parents: ["a"] }, { id: "c", parents: ["a"] }, { id: "a", parents: [] }]);
 * // ●        b
 * // │ ●      c
 * // ├─╯
 * // ●        a
 * ```
 */
export function graph(nodes: readonly GraphNode[]): GraphRow[] {
  const drawn = new Set(nodes.map(({ id }) => id));
  // What each lane waits for; undefined where it is free.
  const lanes: (string | undefined)[] = [];
  return nodes.map(({ id, parents }) => {
    const waiting = lanes.flatMap((wanted, lane) => (wanted === id ? [lane] : []));
    const own = waiting[0] ?? freeLane(lanes);
    const joining = waiting.slice(1);
    const joins = joining.length === 0 ? undefined : joinLine(lanes, own, joining);
    for (const lane of joining) lanes[lane] = undefined;
    lanes[own] = id;
    const node = lanes.map((wanted, lane) => mark(wanted, lane === own ? "●" : "│")).join(" ");
    const [first, ...others] = parents.filter((parent) => drawn.has(parent));
    lanes[own] = first;
    for (const parent of others) lanes[freeLane(lanes)] = parent;
    while (lanes.length > 0 && lanes.at(-1) === undefined) lanes.pop();
    const below = lanes.map((wanted) => mark(wanted, "│")).join(" ");
    return { joins, node: node.trimEnd(), below: below.trimEnd() };
  });
}

function freeLane(lanes: (string | undefined)[]): number {
  const free = lanes.indexOf(undefined);
  if (free !== -1) return free;
  lanes.push(undefined);
  return lanes.length - 1;
}

/** The line on which the lanes `joining` bend to the lane `own`, left of all of them. */
function joinLine(
  lanes: readonly (string | undefined)[],
  own: number,
  joining: readonly number[],
): string {
  const last = Math.max(...joining);
  return lanes
    .map((wanted, lane) => {
      if (lane === own) return "├─";
      if (lane > own && lane < last)
        return `${joining.includes(lane) ? "┴" : wanted === undefined ? "─" : "┼"}─`;
      if (lane === last) return "╯ ";
      return `${mark(wanted, "│")} `;
    })
    .join("")
    .trimEnd();
}

function mark(wanted: string | undefined, character: string): string {
  return wanted === undefined ? " " : character;
}
