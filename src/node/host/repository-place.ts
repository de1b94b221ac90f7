/**
 * Where a Git remote is: its host and path, from a URL or from `user@host:path`, without what Git
 * needs to reach it: user, password, port, query. Undefined for everything that is not clearly of
 * such a form, since what is noted with a run travels with it.
 *
 * @example
 * ```ts
 * repositoryPlace("https://me:token@github.com/team/model.git"); // "github.com/team/model"
 * ```
 */
export function repositoryPlace(url: string): string | undefined {
  if (url.length > LONGEST_URL) return undefined;
  const [, host, after] = URL_FORM.exec(url) ?? SCP_FORM.exec(url) ?? [];
  // A password may hold any letter: after one with a "/", the rest of it would seem to be a path.
  if (host === undefined || after === undefined || after.includes("@")) return undefined;
  const path = after
    .replace(/[?#].*$/s, "")
    .replace(/^\/+|\/+$/g, "")
    .replace(/\.git$/, "");
  return PATH.test(path) ? `${host.toLowerCase()}/${path}` : undefined;
}

const LONGEST_URL = 1_000;

/** As Git has them: a scheme, perhaps a user, a host, perhaps a port; and what follows. */
const URL_FORM =
  /^(?:https?|ssh|git|git\+ssh|ssh\+git):\/\/(?:[^/?#\s]*@)?([a-z\d][a-z\d.-]*|\[[a-f\d:.]+\])(?::\d*)?(\/.*)$/is;

/** A host of one letter would be a drive, and `::` is a program that Git starts. */
const SCP_FORM = /^(?:[^@:/?#\s]*@)?([a-z\d][a-z\d.-]+|\[[a-f\d:.]+\]):(?!:|\/\/)(.*)$/is;

/** Names between slashes, none of which leads to a folder above. A blank may be escaped. */
const PATH = /^(?!(?:.*\/)?\.{0,2}(?:\/|$))(?:[\p{L}\p{M}\p{N}._~+/-]|%20)+$/u;
