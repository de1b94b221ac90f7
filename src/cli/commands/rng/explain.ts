import { count, plural } from "../../../base/count.ts";
import { nodeHash } from "../../../node/host/platform.ts";
import { digestExpression, languageOf } from "../../../plan/consumer.ts";
import { formatPlan } from "../../../plan/format.ts";
import type { Plan } from "../../../plan/plan.ts";
import { explain, type PlanRow } from "../../../plan/reconstruct.ts";
import { countEvents } from "../../../plan/totals.ts";
import { type Context, STATUS } from "../../command.ts";
import { optionalCount } from "../../input/parse.ts";
import { table } from "../../terminal/text.ts";

/** The default limit: each event is a line, and nobody reads a million lines. */
const MOST_EVENTS = 1_000;

/** `rewind rng explain PLAN`: event by event, with draws and digests. */
export async function explainPlan(
  plan: Plan,
  args: { readonly limit: string | undefined },
  { out }: Context,
): Promise<number> {
  const limit = optionalCount(args.limit, "--limit") ?? MOST_EVENTS;
  const rows: PlanRow[] = [];
  if (limit > 0) {
    for (const row of explain(plan, { hash: nodeHash })) {
      rows.push(row);
      if (rows.length >= limit) break;
    }
  }
  const more = countEvents(plan.steps) - rows.length;
  const events = rows.map((row) => ({ ...row, before: row.before ?? null }));
  out.result({ plan: formatPlan(plan), events, more }, () => text(plan, rows, more));
  return STATUS.ok;
}

/** The number of digits that tell the states of a plan apart. */
const DIGITS = 16;

function text(plan: Plan, rows: readonly PlanRow[], more: number): string {
  const lines = table(
    [
      ["event", "", "draws", "total", "state after"],
      ...rows.map(({ event, text, draws, total, after }) => [
        count(event),
        text,
        count(draws),
        count(total),
        after.slice(0, DIGITS),
      ]),
    ],
    [0, 2, 3],
  );
  return [
    lines,
    ...(more > 0 ? [`and ${plural(more, "event")} more: -n ${rows.length + more} shows all`] : []),
    "",
    `draws have ${plan.generator.name === "numpy" ? 64 : 32} bits and exclude seeding; a state in ${languageOf(plan.generator)}:`,
    `  ${digestExpression(plan.generator, DIGITS)}`,
  ].join("\n");
}
