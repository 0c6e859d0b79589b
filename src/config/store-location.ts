import { resolve } from "node:path";
import { unescape } from "node:querystring";
import { OrchestraError } from "../core/errors.ts";
import { quoted } from "../core/names.ts";
import { parameterProblem } from "./store-parameters.ts";

/** Where a blackboard is kept. */
export type StoreLocation =
  | { readonly kind: "sqlite"; readonly file: string }
  | { readonly kind: "files"; readonly folder: string }
  | { readonly kind: "memory" }
  | ServerLocation;

export type ServerLocation = {
  readonly kind: "postgres" | "mysql";
  /** As the driver takes it. May hold a password. */
  readonly url: string;
  /** The same for people: without the password. */
  readonly place: string;
  /** PostgreSQL alone: the schema that the tables are in; unset, the first of the search path. */
  readonly schema: string | undefined;
};

/** Files that a URL names are found from the root. */
type Project = { readonly root: string; readonly blackboard: string };

/** What a person means by a store's URL; without one, the blackboard is a file of the project. */
export function storeLocation(url: string | undefined, project: Project): StoreLocation {
  if (url === undefined) return { kind: "sqlite", file: project.blackboard };
  const problem = storeProblem(url);
  if (problem !== undefined) {
    const shown = quoted(withoutPassword(url));
    throw new OrchestraError("INVALID_ARGUMENT", `The store ${shown} is not usable: ${problem}.`);
  }
  switch (kindOf(url)) {
    case "postgres":
      return serverLocation("postgres", url);
    case "mysql":
      return serverLocation("mysql", url);
    case "memory":
      return { kind: "memory" };
    case "files":
      return { kind: "files", folder: resolve(project.root, pathIn(url)) };
    default:
      return { kind: "sqlite", file: resolve(project.root, pathIn(url)) };
  }
}

/** Whether a text is meant as a store's URL, be it right or wrong. */
export function isStoreUrl(text: string): boolean {
  return kindOf(text) !== undefined || /^[a-z][a-z0-9+.-]*:\/\//i.test(text);
}

/** Why a URL names no store, for who wrote it; `undefined` when it names one. */
export function storeProblem(url: string): string | undefined {
  const kind = kindOf(url);
  if (kind === undefined) {
    return "expected postgres://USER@HOST/DATABASE, mysql://USER@HOST/DATABASE, sqlite:FILE, files:FOLDER or memory:";
  }
  if (kind === "memory") return undefined;
  return kind === "sqlite" || kind === "files" ? pathProblem(kind, url) : serverProblem(kind, url);
}

const KINDS: Readonly<Record<string, StoreLocation["kind"]>> = {
  "postgres:": "postgres",
  "postgresql:": "postgres",
  "mysql:": "mysql",
  "mariadb:": "mysql",
  "sqlite:": "sqlite",
  "files:": "files",
  "memory:": "memory",
};

function kindOf(url: string): StoreLocation["kind"] | undefined {
  const scheme = url.slice(0, url.indexOf(":") + 1);
  return Object.hasOwn(KINDS, scheme) ? KINDS[scheme] : undefined;
}

function pathProblem(kind: "sqlite" | "files", url: string): string | undefined {
  const path = pathIn(url);
  if (path.includes("?")) return `${kind}: has no parameters; expected a path without a "?"`;
  if (path !== "") return undefined;
  return `expected a path, as in ${kind}:.orchestra/${kind === "files" ? "blackboard" : "blackboard.db"}`;
}

function serverProblem(kind: ServerLocation["kind"], text: string): string | undefined {
  const expected = `expected ${kind}://USER@HOST/DATABASE`;
  const url = URL.parse(text);
  if (!url) return `${expected}, with special characters written as %40 and the like`;
  if (url.pathname.length <= 1) return `it names no database; ${expected}`;
  return parameterProblem({ kind, url, shown: withoutPassword(text) });
}

/** `sqlite:FILE` and `sqlite://FILE` mean the same. */
function pathIn(url: string): string {
  return url.slice(url.indexOf(":") + 1).replace(/^\/\//, "");
}

function serverLocation(kind: ServerLocation["kind"], text: string): ServerLocation {
  const url = new URL(text);
  const schema = url.searchParams.get("schema") ?? undefined;
  url.searchParams.delete("schema");
  if (kind === "mysql") url.protocol = "mysql:";
  else askForSafety(url);
  return { kind, url: url.href, place: withoutPassword(text), schema };
}

/** What the driver takes for the safest of its modes, with a warning each time that it will not for ever. */
const TAKEN_FOR_SAFE: readonly (string | null)[] = ["prefer", "require", "verify-ca"];

function askForSafety({ searchParams }: URL): void {
  const isOwnMeaning = searchParams.get("uselibpqcompat") === "true";
  if (isOwnMeaning || !TAKEN_FOR_SAFE.includes(searchParams.get("sslmode"))) return;
  searchParams.set("sslmode", "verify-full");
}

/** Parameters that hold no secret: what is mistyped may be a password. */
const TOLD = ["schema", "sslmode", "host", "port", "user", "socketPath", "application_name"];

function isTold(key: string, value: string): boolean {
  return TOLD.includes(key) || (key === "ssl" && /^\w*$/.test(value));
}

/** A store's URL for people. Of any text: what is wrong with a URL may well be its password. */
export function withoutPassword(url: string): string {
  return url
    .replace(/^(((?:[^:@/]*:?)\/+|(?![^:@/]*:\/))[^:@/]*):.*@/s, "$1@")
    .replace(/([?&]([^=&]*)=)([^&]*)/g, (all, name: string, key: string, value: string) =>
      isTold(key, value) ? all : `${name}…`,
    );
}

/** What must never be told of a server's URL, in each way that it may be written. */
export function passwordsIn({ url }: ServerLocation): string[] {
  const { password, searchParams } = new URL(url);
  const given = [unescape(password), searchParams.get("password") ?? ""];
  return [password, ...given, ...given.map(encodeURIComponent)];
}
