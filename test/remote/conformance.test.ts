import { conforms } from "./conformance.ts";
import { TRANSPORTS } from "./transports.ts";

for (const [name, make] of Object.entries(TRANSPORTS)) conforms(name, make);
