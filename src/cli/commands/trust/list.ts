import { type Context, STATUS } from "../../command.ts";
import { visibleLine } from "../../terminal/text.ts";

/** `rewind trust --list`. */
export async function listTrusted({ out, open }: Context): Promise<number> {
  const programs = await (await open()).trusted();
  const data = programs.map(({ program, name = null, module = null }) => {
    return { program, name, module };
  });
  out.result({ programs: data }, () => {
    if (programs.length === 0) return "no program is trusted";
    const lines = programs.map(({ program, name, module }) => {
      const known = name === undefined ? "not in this store" : `${name}, from ${module}`;
      return `${program}  ${visibleLine(known)}`;
    });
    return lines.join("\n");
  });
  return STATUS.ok;
}
