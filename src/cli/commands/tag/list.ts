import { shortId } from "../../../object/id.ts";
import type { Context } from "../../command.ts";
import { damagedData, reportDamage } from "../../show/damage.ts";
import { noneText } from "../../show/none-left.ts";
import { noteText, table } from "../../terminal/text.ts";

/** `rewind tag`. */
export async function listAllTags({ out, open }: Context): Promise<number> {
  const repo = await open();
  const { tags, damaged } = await repo.tags.list();
  const none = tags.length + damaged.length === 0 ? await noneText(repo, "tags") : "";
  const data = tags.map(({ name, target, message, time }) => ({
    name,
    run: target,
    message,
    time,
  }));
  out.result({ tags: data, ...damagedData(damaged) }, () => {
    if (tags.length === 0) return damaged.length > 0 ? "no readable tag" : none;
    return table(
      tags.map(({ name, target, message, time }) => [
        out.style("green", name),
        shortId(target),
        noteText(time),
        noteText(message),
      ]),
    );
  });
  return reportDamage(out, repo, damaged);
}
