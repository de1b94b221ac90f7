import { type Command, type Context, STATUS } from "../../command.ts";
import { optional, usageError } from "../../input/parse.ts";
import { filesText, packagesText } from "../../show/source.ts";
import { plural, visibleLine } from "../../terminal/text.ts";

export const trust: Command = {
  usage: "[revision]",
  describe:
    "Shows what the recorded code of a run is made of (HEAD's unless one is named), and lets it run from\nnow on: for you, in every project. Read it first: show REV --source prints it. Trusted code is not\nconfined: it can do what you can.",
  options: {
    list: { describe: "list the programs that you trust", type: "boolean" },
    forget: {
      describe: "trust the code of this run, or this id of --list, no longer",
      type: "text",
      value: "REV",
    },
  },
  examples: [
    ["trust theirs", "let the code of theirs run; then: rewind verify theirs --full"],
    ["trust --list", "the programs that you trust, by their ids"],
    ["trust --forget theirs", "take it back"],
  ],
  run(args, context) {
    const [revision, forget] = [optional(args.revision), optional(args.forget)];
    const given = [revision, forget, args.list === true ? "" : undefined];
    if (given.filter((one) => one !== undefined).length > 1)
      throw usageError("expected a revision, --list or --forget REV, got two of them");
    if (args.list === true) return list(context);
    return forget === undefined ? add(revision, context) : remove(forget, context);
  },
};

async function add(revision: string | undefined, { out, open }: Context): Promise<number> {
  const repo = await open();
  const programs = await repo.trust(revision);
  await repo.close();
  const data = programs.map(({ exportName = null, files = null, ...program }) => {
    return { ...program, exportName, files };
  });
  out.result({ programs: data }, () =>
    [
      ...programs.map(({ name, module, exportName, files, packages }) => {
        const entry = exportName === undefined ? module : `${module}#${exportName}`;
        return [
          visibleLine(`${name}, from ${entry}`),
          files === undefined
            ? "its code was left out when it was saved: your own files run, where they give the same"
            : filesText(files),
          ...(packages.length === 0 ? [] : [packagesText(packages)]),
        ].join("\n");
      }),
      "trusted: this code may run from now on, in every project of yours",
    ].join("\n\n"),
  );
  return STATUS.ok;
}

async function list({ out, open }: Context): Promise<number> {
  const repo = await open();
  const programs = await repo.trusted();
  await repo.close();
  const data = programs.map(({ program, name = null, module = null }) => {
    return { program, name, module };
  });
  out.result({ programs: data }, () =>
    programs.length === 0
      ? "no program is trusted yet"
      : programs
          .map(({ program, name, module }) => {
            const known = name === undefined ? "not in this store" : `${name}, from ${module}`;
            return `${program}  ${visibleLine(known)}`;
          })
          .join("\n"),
  );
  return STATUS.ok;
}

async function remove(revision: string, { out, open }: Context): Promise<number> {
  const repo = await open();
  const forgotten = await repo.untrust(revision);
  await repo.close();
  out.result({ forgotten }, () =>
    forgotten.length === 0
      ? "its code was not trusted"
      : `trusted no longer: ${plural(forgotten.length, "program")}`,
  );
  return STATUS.ok;
}
