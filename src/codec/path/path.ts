export { getAt, setAt } from "../state/access.ts";
export { formatPath, type Path, type PathStep } from "./format.ts";
export { parsePath } from "./parse.ts";
