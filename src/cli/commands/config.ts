import { RewindError } from "../../base/errors.ts";
import { Config, type Setting } from "../../node/config/config.ts";
import { SETTINGS } from "../../node/config/settings.ts";
import { type Command, command, STATUS } from "../command.ts";
import { usageError } from "../input/usage-error.ts";
import type { Output } from "../terminal/output.ts";
import { table, visibleLine } from "../terminal/text.ts";

export const config: Command = command({
  positionals: {
    key: { type: "string", completes: "setting" },
    value: { type: "string", completes: "setting-value" },
  },
  describe:
    "Lists the settings, prints one, or sets it. rng belongs to the project: it is kept in .rewind/config, as part\nof the store. author belongs to this copy, in .rewind/local/config, or with --global to you in every\nproject; pager always belongs to you. REWIND_AUTHOR and REWIND_PAGER come first if they are set.",
  options: {
    global: { describe: "your own setting, for every project", type: "boolean" },
    unset: { describe: "remove a setting", type: "boolean" },
  },
  examples: [
    ["config", "list the settings and where each is from"],
    ["config author", "print one"],
    ['config author "Ada Lovelace"', "set it, for this copy of the store"],
    ["config rng xoshiro128++", "the generator that record uses in this project"],
  ],
  keys: { config: [{ settings: ["key", "value", "from"] }] },
  async run(args, { out, cwd, env }) {
    const key = args.key;
    const value = args.value;
    const settings = new Config(cwd, env);
    const place = args.global ? "global" : undefined;
    if (key === undefined) {
      if (args.unset) throw usageError("expected what to unset: rewind config --unset KEY");
      list(out, args.global ? settings.listOf("global") : settings.list());
    } else if (args.unset) {
      if (value !== undefined) throw usageError("expected one setting: rewind config --unset KEY");
      changed(out, await settings.set(key, undefined, place));
    } else if (value !== undefined) {
      changed(out, await settings.set(key, value, place));
    } else {
      const setting = place === undefined ? settings.get(key) : settings.getFrom(key, place);
      if (setting?.value === undefined)
        throw new RewindError("SETTING_NOT_SET", `${key} is not set`, { key });
      out.result(data([setting]), () => visibleLine(setting.value as string));
    }
    return STATUS.ok;
  },
});

function list(out: Output, settings: readonly Setting[]): void {
  out.result(data(settings), () => {
    if (settings.length === 0) return "no settings";
    const rows = settings.map(({ key, value = "", source = "default" }) => [
      key,
      visibleLine(value),
      source,
      SETTINGS[key]?.describe ?? "",
    ]);
    return table(rows);
  });
}

/** The value in effect, which may differ from the one just set: the environment comes first. */
function changed(out: Output, setting: Setting): void {
  const { key, value, source } = setting;
  out.done(data([setting]), () =>
    value === undefined
      ? `${key}: none`
      : `${key}: ${visibleLine(value)} (${source === undefined ? "the default" : `from ${source}`})`,
  );
}

function data(settings: readonly Setting[]): unknown {
  return {
    settings: settings.map(({ key, value = null, from }) => ({ key, value, from })),
  };
}
