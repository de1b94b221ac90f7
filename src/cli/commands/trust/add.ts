import { type Context, STATUS } from "../../command.ts";
import { filesText, inputsText, packagesText } from "../../show/source.ts";
import { visibleLine } from "../../terminal/text.ts";

/** `rewind trust [REV]`. */
export async function addTrust(
  revision: string | undefined,
  { out, open }: Context,
): Promise<number> {
  const repo = await open();
  const programs = await repo.trust(revision);
  const data = programs.map(({ exportName = null, files = null, ...program }) => {
    return { ...program, exportName, files };
  });
  out.result({ programs: data }, () =>
    [
      ...programs.map(({ name, module, exportName, files, packages, inputs }) => {
        const entry = exportName === undefined ? module : `${module}#${exportName}`;
        return [
          visibleLine(`${name}, from ${entry}`),
          files === undefined
            ? "its code was left out when it was saved or pushed: your own files run, if they give the same"
            : filesText(files),
          ...(packages.length === 0 ? [] : [packagesText(packages)]),
          ...(inputs.length === 0 ? [] : [inputsText(inputs)]),
        ].join("\n");
      }),
      "trusted: this code may now run in all your projects",
    ].join("\n\n"),
  );
  return STATUS.ok;
}
