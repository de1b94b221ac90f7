import path from "node:path";
import { shortId } from "../../object/id.ts";
import { type Command, command, STATUS } from "../command.ts";
import { wholeRun } from "../input/revision.ts";

export const sign: Command = command({
  positionals: { revision: { type: "string", demandOption: true, completes: "revision" } },
  describe:
    "Makes a tag of a run and signs it with an SSH key, through ssh-keygen, as Git signs tags: the run's id,\nthe root of its states, and the tag's name, time and message. `rewind push --tags` sends it along.",
  options: {
    name: {
      describe: "the tag; signed/ and the first digits of the run's id by default",
      type: "string",
      value: "TAG",
    },
    message: { alias: "m", describe: "what the run is", type: "string", value: "TEXT" },
    key: {
      describe: "the key; signing.key, or else Git's user.signingKey, by default",
      type: "string",
      value: "FILE",
      completes: "files",
    },
    force: { alias: "f", describe: "move an existing tag", type: "boolean" },
  },
  examples: [
    ['sign main --name v1 -m "as in the paper"', "a signed tag v1"],
    ["sign main --key id_ed25519", "with this key"],
  ],
  keys: { sign: ["tag", "run", "was"] },
  async run(args, { out, cwd, open }) {
    const { revision, message, force } = args;
    const repo = await open();
    const { run: signed } = await wholeRun(repo, revision);
    const name = args.name ?? `signed/${shortId(signed.id)}`;
    const key = args.key === undefined ? undefined : path.resolve(cwd, args.key);
    const { run, was } = await repo.tags.create(name, revision, {
      message,
      force,
      sign: true,
      key,
    });
    out.done(
      { tag: name, run, was: was ?? null },
      () => `signed ${shortId(run)} with the tag ${name}`,
    );
    return STATUS.ok;
  },
});
