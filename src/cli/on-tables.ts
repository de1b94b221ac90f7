import type { Command } from "./command.ts";
import type { OnTablesName } from "./command-list.ts";
import { exportCommand } from "./commands/export.ts";
import { sql } from "./commands/sql.ts";

/** The commands that make tables, in one module. */
export const ON_TABLES: Readonly<Record<OnTablesName, Command>> = { export: exportCommand, sql };
