export { getAt, setAt } from "./path-access.ts";
export { formatPath, type Path, type PathStep } from "./path-format.ts";
export { parsePath } from "./path-parse.ts";
