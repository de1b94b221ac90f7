import type { Command } from "./command.ts";
import type { OnStoreName } from "./command-list.ts";
import { blame } from "./commands/blame.ts";
import { branch } from "./commands/branch/branch.ts";
import { catFile } from "./commands/cat-file.ts";
import { checkout } from "./commands/checkout.ts";
import { diff } from "./commands/diff/diff.ts";
import { doctor } from "./commands/doctor/doctor.ts";
import { explore } from "./commands/explore.ts";
import { extend } from "./commands/extend.ts";
import { find } from "./commands/find/find.ts";
import { get } from "./commands/get.ts";
import { info } from "./commands/info.ts";
import { init } from "./commands/init.ts";
import { load } from "./commands/load.ts";
import { log } from "./commands/log/log.ts";
import { observe } from "./commands/observe.ts";
import { plot } from "./commands/plot/plot.ts";
import { record } from "./commands/record.ts";
import { redo } from "./commands/redo.ts";
import { reflog } from "./commands/reflog.ts";
import { reset } from "./commands/reset.ts";
import { resume } from "./commands/resume.ts";
import { save } from "./commands/save.ts";
import { show } from "./commands/show/show.ts";
import { sign } from "./commands/sign.ts";
import { stats } from "./commands/stats.ts";
import { step } from "./commands/step.ts";
import { sweep } from "./commands/sweep/sweep.ts";
import { table } from "./commands/table/table.ts";
import { tag } from "./commands/tag/tag.ts";
import { trace } from "./commands/trace.ts";
import { trust } from "./commands/trust/trust.ts";
import { undo } from "./commands/undo.ts";
import { verify } from "./commands/verify/verify.ts";

export { Config } from "../node/config/config.ts";
export { cloneRepository, initRepository, openRepository } from "../repository.ts";
export { explained } from "./errors/explained.ts";
export { uncheckedNotes } from "./show/unchecked.ts";

/**
 * The commands that work on a store, in one module: loading another file takes longer than loading
 * the code of all of these.
 */
export const ON_STORE: Readonly<Record<OnStoreName, Command>> = {
  ...{ init, record, sweep, resume, extend },
  ...{ table, get, checkout, step, show, log, find, blame, stats, observe, plot },
  ...{ branch, explore, reset, undo, redo, diff, verify, trace },
  ...{ save, load, info, trust },
  ...{ tag, sign, reflog, doctor, "cat-file": catFile },
};
