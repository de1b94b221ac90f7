/** A node of a history, and the nodes it comes from. */
export interface GraphNode {
  readonly id: string;
  readonly parents: readonly string[];
}

/** A piece of a row, and the lane that it belongs to, which gives it its colour. */
export interface GraphPiece {
  readonly text: string;
  readonly lane: number;
}

/**
 * Draws a history as lanes, one row for each node, children before their parents. Each lane waits
 * for one parent, and no two lanes wait for the same one: if a lane already waits for a node's
 * parent, the node's row is tied to that lane. So the forks of one run take two columns, however
 * many there are.
 *
 * How to read it: edges come into a node from above. From `●` an edge goes down, or along its line
 * to `├`, `┤` or `╮` and down from there; where the line only crosses a lane there is a `│`. The
 * parents of `○` are not drawn.
 *
 * @example
 * ```ts
 * graph([{ id: "b", parents: ["a"] }, { id: "c", parents: ["a"] }, { id: "a", parents: [] }]);
 * // ●        b
 * // ├─●      c
 * // ○        a
 * ```
 */
export function graph(nodes: readonly GraphNode[]): GraphPiece[][] {
  const drawn = new Set(nodes.map(({ id }) => id));
  // What each lane waits for; undefined if it is free.
  const lanes: (string | undefined)[] = [];
  return nodes.map(({ id, parents }) => {
    const waiting = lanes.indexOf(id);
    const own = waiting === -1 ? openLane(lanes, id) : waiting;
    const wanted = [...new Set(parents)].filter((parent) => drawn.has(parent));
    const tied = wanted.filter((parent) => lanes.includes(parent));
    const fresh = wanted.filter((parent) => !lanes.includes(parent));
    const down = tied.length === 0 && fresh.length === 1;
    const sides = {
      tied: tied.map((parent) => lanes.indexOf(parent)),
      opened: down ? [] : fresh.map((parent) => openLane(lanes, parent)),
    };
    const row = drawRow(lanes, own, sides, wanted.length > 0);
    lanes[own] = down ? fresh[0] : undefined;
    return row;
  });
}

/** Lets the leftmost free lane wait for a node. */
function openLane(lanes: (string | undefined)[], wanted: string): number {
  const free = lanes.indexOf(undefined);
  const lane = free === -1 ? lanes.length : free;
  lanes[lane] = wanted;
  return lane;
}

/** The lanes that a node's line leads to: lanes that waited already, and lanes that begin here. */
interface Sides {
  readonly tied: readonly number[];
  readonly opened: readonly number[];
}

function drawRow(
  lanes: readonly (string | undefined)[],
  own: number,
  { tied, opened }: Sides,
  hasEdge: boolean,
): GraphPiece[] {
  const ends = [own, ...tied, ...opened];
  const [from, to] = [Math.min(...ends), Math.max(...ends)];
  const last = lanes.findLastIndex((wanted) => wanted !== undefined);
  const pieces: GraphPiece[] = [];
  for (let lane = 0; lane <= last; lane++) {
    const at = lane === from ? 0 : lane === to ? 2 : 1;
    const inside = lane > from && lane < to;
    if (lane === own) pieces.push({ text: hasEdge ? "●" : "○", lane });
    else if (tied.includes(lane)) pieces.push({ text: "├┼┤".charAt(at), lane });
    else if (opened.includes(lane)) pieces.push({ text: "╭┬╮".charAt(at), lane });
    else if (lanes[lane] !== undefined) pieces.push({ text: "│", lane });
    else pieces.push({ text: inside ? "─" : " ", lane: own });
    if (lane < last) pieces.push({ text: lane >= from && lane < to ? "─" : " ", lane: own });
  }
  return pieces;
}
