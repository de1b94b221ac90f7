import { count, plural } from "../../base/count.ts";
import type { ObserverInfo } from "../../replay/observe/observed-statistics.ts";
import type { Run } from "../../replay/run/run.ts";
import type { Repository } from "../../repository.ts";
import { type Command, command, STATUS } from "../command.ts";
import { parseExpression } from "../input/expression.ts";
import { quoted } from "../input/quoted.ts";
import { usageError } from "../input/usage-error.ts";
import { TRUST_OPTION } from "../options.ts";
import { table } from "../terminal/text.ts";

export const observe: Command = command({
  positionals: {
    revision: { type: "string", completes: "revision", without: "HEAD's run" },
    observer: { type: "string", array: true, without: "lists the observers" },
  },
  describe:
    "Adds observers to a recorded run, by replay: NAME=EXPRESSION, over state, step and params, or\nNAME=MODULE#EXPORT. Their statistics are those that they would have had while it was recorded; the run\nstays as it is, and forks use again what is known of their past. Without one, lists the run's observers.",
  options: { trust: TRUST_OPTION },
  examples: [
    ["observe main", "what is observed of it"],
    ['observe main "square=state ** 2" --json', "a new quantity over an old run; for a script"],
  ],
  keys: {
    observe: ["run", { observers: ["name", "kind", "unit", "title"] }],
    "observe REV NAME=…": [
      "run",
      { observers: ["name", "kind", "unit", "title", "replayed", "known"] },
    ],
  },
  async run(args, { out, open, long, cwd }) {
    const given = (args.observer ?? []).map(parseObserver);
    const repo = await open({ trust: args.trust });
    const revision = args.revision ?? "HEAD";
    const { run } = await repo.revision(revision);
    if (given.length === 0) {
      const observers = await run.observers();
      out.result({ run: run.id, observers: observers.map(shown) }, () =>
        observers.length === 0
          ? `${revision} has no observers`
          : table(
              observers.map(({ name, kind, unit, title }) => [
                name,
                kind ?? "",
                unit ?? "",
                title ?? "",
              ]),
              [],
            ),
      );
      return STATUS.ok;
    }
    const added: Added[] = [];
    for (const observer of given) added.push(await add(repo, run, observer));
    out.done({ run: run.id, observers: added.map(shown) }, () =>
      added
        .map(({ name, replayed, known }) =>
          replayed === 0
            ? `${name} was observed before`
            : `${name}: observed ${plural(replayed, "step")}${known > 0 ? `, ${count(known)} were known` : ""}`,
        )
        .join("\n"),
    );
    return STATUS.ok;

    async function add(repo: Repository, run: Run, { name, text }: Given): Promise<Added> {
      const by = isModule(text)
        ? await repo.observer(text, cwd)
        : { expression: parseExpression(text, () => "add one observer at a time").text };
      let [replayed, known] = [0, 0];
      const info = await run.observe(name, by, {
        ...long(`observing ${name}`),
        onCost(cost) {
          ({ steps: replayed, known } = cost);
        },
      });
      return { ...info, replayed, known };
    }
  },
});

/** An observer for JSON, in which what it lacks is null. */
function shown<T extends ObserverInfo>({ name, kind, unit, title, ...rest }: T): object {
  return { name, kind: kind ?? null, unit: unit ?? null, title: title ?? null, ...rest };
}

interface Added extends ObserverInfo {
  /** The steps that were replayed, and those that were known. */
  readonly replayed: number;
  readonly known: number;
}

/** An observer of the command line. */
interface Given {
  readonly name: string;
  readonly text: string;
}

/** Reads `NAME=EXPRESSION`. Throws USAGE. */
function parseObserver(text: string): Given {
  const [, name, rest] = /^([^=\s]+)=([^=].*)$/s.exec(text) ?? [];
  if (name !== undefined && rest !== undefined) return { name, text: rest };
  throw usageError(
    `expected NAME=EXPRESSION or NAME=MODULE#EXPORT, got ${JSON.stringify(text)}`,
    `give it a name: \`rewind observe REV name=${quoted(text)}\``,
  );
}

/** Whether a text names an export of a module. `#` begins no expression but a private name. */
function isModule(text: string): boolean {
  return /^[^\s"'`()?]+\.[cm]?[jt]sx?(#[\w$]+)?$/.test(text);
}
