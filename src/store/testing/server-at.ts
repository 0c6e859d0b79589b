import { storeLocation, type ServerLocation } from "../../config/store-location.ts";

export function serverAt(url: string): ServerLocation {
  const location = storeLocation(url, { root: "/", blackboard: "" });
  if (location.kind === "postgres" || location.kind === "mysql") return location;
  throw new Error(`${url} is no database server.`);
}

/** The URL that a person would write for it. */
export function urlOf({ url, schema }: ServerLocation): string {
  const whole = new URL(url);
  if (schema !== undefined) whole.searchParams.set("schema", schema);
  return whole.href;
}
