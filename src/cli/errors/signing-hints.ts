import type { SigningErrors } from "../../base/error-data.ts";
import type { Hints } from "./hint.ts";

/** Hints for errors of signatures. */
export const signingHints: Hints<keyof SigningErrors> = {
  SIGNING_FAILED: ({ lacks }) => {
    switch (lacks) {
      case "program":
        return "it is part of OpenSSH, version 8.1 or later: install that";
      case "key":
        return "name an SSH key with --key FILE, or set it for good: `rewind config signing.key ~/.ssh/id_ed25519`";
      case "signers":
        return "name it with --allowed-signers FILE; a line is `ada@example.org ssh-ed25519 AAAA…`, as `man ssh-keygen` says";
      default:
        return "`rewind sign` needs a private key, or a public one that ssh-agent has the private half of";
    }
  },
};
