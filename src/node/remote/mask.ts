/** A URL as it may be printed: without a password, and without a user who may be a token. */
export function maskUrl(url: string): string {
  return url.replace(
    /^((?:git\+)?[a-z0-9.-]+:\/\/)([^/@]*)@/i,
    (_, scheme: string, user: string) => {
      const isSecret = user.includes(":") || /https?:\/\/$/i.test(scheme);
      return isSecret ? `${scheme}***@` : `${scheme}${user}@`;
    },
  );
}

/** A text without the secrets that a URL holds, and without those of any URL in it. */
export function maskSecrets(text: string, url: string): string {
  const [, user = ""] = /^[a-z0-9+.-]+:\/\/([^/@]*)@/i.exec(url) ?? [];
  const secrets = user.includes(":")
    ? user.split(":")
    : /^(git\+)?https?:/i.test(url)
      ? [user]
      : [];
  let masked = text;
  for (const secret of secrets) {
    for (const form of [secret, decoded(secret)]) {
      if (form.length > 3) masked = masked.replaceAll(form, "***");
    }
  }
  return masked.replace(/\b([a-z][a-z0-9+.-]*:\/\/)[^/@\s]*:[^/@\s]*@/gi, "$1***@");
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
